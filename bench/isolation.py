"""
The cost of isolated decoding: each picture in turn in this process and in a worker.

`python -m bench.isolation` prints the medians.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from statistics import median

from bench.inputs import JPEGS, Input, make
from pictures.isolation.decoder import Decoder, IsolatedMaker
from pictures.model import MakePicture, PictureSpec
from pictures.profile_picture import make_in_process

INPUTS = [
    next(it for it in JPEGS if it.megapixels == 12),
    Input(format="png", megapixels=3, options={}),
    Input(format="webp", megapixels=3, options={"quality": 80, "method": 2}),
    Input(format="avif", megapixels=3, options={"quality": 70, "speed": 9}),
]
ROUNDS = 21
SECONDS = 60.0  # that a picture may take
# Between two pictures the function waits for Authgear and S3, for longer than this; the
# next worker is forked in parallel.
PAUSE = 0.1  # seconds


def measure(inputs: list[Input], rounds: int = ROUNDS) -> list[dict[str, str]]:
    """Return a row for each input: median milliseconds, and the difference."""
    decoder, spec = Decoder(), PictureSpec()
    makers: dict[str, MakePicture] = {
        "in process": make_in_process(spec),
        "isolated": IsolatedMaker(decoder, spec),
    }
    try:
        return [_row(it, _time(it.path.read_bytes(), makers, rounds)) for it in inputs]
    finally:
        decoder.stop()


def _time(data: bytes, makers: dict[str, MakePicture], rounds: int) -> dict[str, float]:
    """Return each maker's median milliseconds for a file."""
    spent: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds + 1):
        for name, make_picture in makers.items():
            start = time.perf_counter()
            make_picture(data, SECONDS)
            spent[name].append((time.perf_counter() - start) * 1000)
            time.sleep(PAUSE)
    return {name: median(times[1:]) for name, times in spent.items()}


def _row(wanted: Input, times: dict[str, float]) -> dict[str, str]:
    """Return one row of the table."""
    more = times["isolated"] - times["in process"]
    cells = {name: f"{ms:.1f}" for name, ms in times.items()}
    return {"input": wanted.name, **cells, "more": f"{more:+.1f}"}


if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {0})  # one core, as Lambda gives less than one
    for row in measure([it for it in INPUTS if make(it)]):
        print(" | ".join(row.values()))
