"""The time line of one picture's steps."""

from __future__ import annotations

import time
from io import BytesIO
from statistics import median

from bench.inputs import Input
from pictures import profile_picture as picture
from pictures.color import flatten
from pictures.crop import PORTRAIT_POSITION, TRANSPOSE, read_orientation, square_box
from pictures.formats.registry import load_decoder
from pictures.render import DRAFT_MARGIN, _scale


def measure(wanted: Input, rounds: int) -> dict[str, float]:
    """Return the median milliseconds of each step of a JPEG, in their order."""
    data = wanted.path.read_bytes()
    spent: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, ms in _once(data).items():
            spent.setdefault(name, []).append(ms)
    return {name: median(times) for name, times in spent.items()}


def _once(data: bytes) -> dict[str, float]:
    """Do what `make_profile_picture` does, step by step."""
    marks = [("", time.perf_counter())]

    def done(name: str) -> None:
        marks.append((name, time.perf_counter()))

    source = load_decoder("jpeg")(BytesIO(data))
    done("open")
    enough = int(DRAFT_MARGIN * 512)
    drafted = source.draft(None, (enough, enough))
    source.load()
    done("decode")
    extent = drafted[1][2:] if drafted else source.size
    orientation = read_orientation(source)
    box = square_box(extent, orientation, PORTRAIT_POSITION)
    square = _scale(source, box, (512, 512))
    done("scale")
    square = flatten(square, source, "#ffffff")
    done("colours")
    if orientation in TRANSPOSE:
        square = square.transpose(TRANSPOSE[orientation])
    done("turn")
    picture.encode(square, 85)
    done("encode")
    moments = [moment for _, moment in marks]
    return {
        name: (end - start) * 1000
        for (name, end), start in zip(marks[1:], moments, strict=False)
    }
