"""
How much memory a picture takes above the idle function.

`python -m bench.memory PATH` makes one picture and writes the bytes.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from bench.inputs import Input
from local.paths import ROOT
from pictures.profile_picture import PictureSpec, make_profile_picture

MOST_BYTES = 100_000_000


def peak(wanted: Input) -> float:
    """Return the peak of a fresh process above its idle one, in MB, the file's too."""
    command = [sys.executable, "-m", "bench.memory", str(wanted.path)]
    answer = subprocess.run(  # noqa: S603 - this very module
        command, cwd=ROOT, check=True, capture_output=True, text=True
    )
    return int(answer.stdout) / 1e6


def _status(name: str) -> int:
    """Return a size in bytes of this process, as Linux keeps it."""
    status = Path("/proc/self/status").read_text()
    found = re.search(rf"^{name}:\s*(\d+) kB$", status, re.MULTILINE)
    assert found  # noqa: S101 - Linux has all that are asked for here
    return int(found[1]) * 1024


if __name__ == "__main__":
    idle = _status("VmRSS")
    make_profile_picture(
        Path(sys.argv[1]).read_bytes(), PictureSpec(max_bytes=MOST_BYTES)
    )
    print(_status("VmHWM") - idle)
