"""How long a new container takes to import and to wire the function."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import defaultdict
from statistics import median

from local.paths import ROOT
from tests.new_container import SETTINGS

HANDLER = "import handler"
YARDSTICK = 'import boto3; boto3.client("s3")'
TIMED = (
    "import time; start = time.perf_counter(); {}; print(time.perf_counter() - start)"
)
IMPORT = re.compile(r"import time:\s*(\d+) \|\s*\d+ \| *([a-zA-Z0-9_]+)")


def measure(rounds: int) -> dict[str, float]:
    """Return the median milliseconds of the handler and of boto3's client alone."""
    spent: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        for code in (HANDLER, YARDSTICK):
            spent[code].append(_time(code))
    return {code: median(times) for code, times in spent.items()}


def by_import() -> dict[str, float]:
    """Return the milliseconds of each distribution's own modules, longest first."""
    spent: dict[str, float] = defaultdict(float)
    for line in _run("-X", "importtime", "-c", HANDLER).stderr.splitlines():
        if found := IMPORT.match(line):
            spent[found[2]] += int(found[1]) / 1000
    spent["clients and parts"] = spent.pop("handler", 0.0)
    return dict(sorted(spent.items(), key=lambda item: -item[1]))


def _time(code: str) -> float:
    """Return the milliseconds of code in a new process."""
    # The function logs at its start; the time is the last line.
    lines = _run("-c", TIMED.format(code)).stdout.splitlines()
    return float(lines[-1]) * 1000


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the function's settings."""
    return subprocess.run(  # noqa: S603 - code of ours
        [sys.executable, *arguments],
        env={**os.environ, **SETTINGS},
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
