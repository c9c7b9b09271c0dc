"""
The process that the rule is checked in: files come in on stdin, verdicts go out.

It stands for the function: it decodes as the function does, in workers, and must not
end with any file. It measures its own memory and that of its workers.
"""

from __future__ import annotations

import json
import struct
import sys
import time
from io import BytesIO
from typing import Any

from PIL import Image

from pictures.errors import PictureRejected
from pictures.isolation.decoder import Decoder, IsolatedMaker
from pictures.model import MakePicture, PictureSpec
from tests.hostile.memory import PeakOfMemory
from tests.hostile.mutations import CANARY
from tests.pictures.checks import NEEDED_SEGMENTS, segments

SECONDS = 60.0  # that a picture may take; the decoder has a limit of its own


def judge(make_picture: MakePicture, data: bytes) -> str:
    """Return the result of a file: "made", a reason's code, or "broken: ..."."""
    try:
        made = make_picture(data, SECONDS)
    except PictureRejected as error:
        return error.reason.value if str(error) else "broken: a reason without a text"
    except BaseException as error:  # noqa: BLE001 any other exception is the finding
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


def main() -> None:
    """Judge file after file until stdin ends; each comes behind its length."""
    decoder = Decoder()
    make_picture = IsolatedMaker(decoder, PictureSpec())
    while head := sys.stdin.buffer.read(4):
        data = sys.stdin.buffer.read(*struct.unpack(">I", head))
        start = time.perf_counter()
        with PeakOfMemory() as peak:
            verdict = judge(make_picture, data)
        answer: dict[str, Any] = {
            "verdict": verdict,
            "seconds": time.perf_counter() - start,
            "memory": peak.bytes,
        }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    decoder.stop()


if __name__ == "__main__":
    main()
