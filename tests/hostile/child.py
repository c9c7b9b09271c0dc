"""
The process that the rule is checked in: files come in on stdin, verdicts go out.

It is a process of its own so that a crash of a decoder ends it alone, and so that the
memory that is measured is that of the decoders.
"""

from __future__ import annotations

import json
import resource
import struct
import sys
import time
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from pictures.errors import PictureRejected
from pictures.profile_picture import PictureSpec, make_profile_picture
from tests.hostile.mutations import CANARY
from tests.pictures.checks import NEEDED_SEGMENTS, segments

SPEC = PictureSpec()


def judge(data: bytes) -> str:
    """Return what becomes of a file: "made", a reason's code, or "broken: ..."."""
    try:
        made = make_profile_picture(data, SPEC)
    except PictureRejected as error:
        return error.reason.value if str(error) else "broken: a reason without a text"
    except BaseException as error:  # noqa: BLE001 what else there is, is the finding
        return f"broken: {type(error).__name__} instead of a rejection"
    return judge_output(made.data, made.size)


def judge_output(jpeg: bytes, side: int) -> str:
    """Return "made", or "broken: ..." with what is wrong with the finished file."""
    try:
        with Image.open(BytesIO(jpeg), formats=["JPEG"]) as picture:
            picture.load()
            if picture.size != (side, side):
                return f"broken: the output is {picture.size}, not {side} px square"
        if segments(jpeg) != NEEDED_SEGMENTS:
            return "broken: the output has other segments"
    except Exception as error:  # noqa: BLE001 as above
        return f"broken: the output does not open again ({type(error).__name__})"
    return "broken: the output holds the input's text" if CANARY in jpeg else "made"


def reset_peak() -> None:
    """Let the kernel count the peak of memory from now on, where it can (Linux)."""
    counter = Path("/proc/self/clear_refs")
    if counter.exists():
        counter.write_text("5")  # proc(5): resets VmHWM


def peak() -> int:
    """Return the peak of resident memory in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss would count the parent's memory too
        return int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS: bytes


def main() -> None:
    """Judge file after file until stdin ends; each comes behind its length."""
    while head := sys.stdin.buffer.read(4):
        data = sys.stdin.buffer.read(*struct.unpack(">I", head))
        reset_peak()
        start = time.perf_counter()
        verdict = judge(data)
        answer: dict[str, Any] = {
            "verdict": verdict,
            "seconds": time.perf_counter() - start,
            "memory": peak(),
        }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
