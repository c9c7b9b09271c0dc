"""
Damage pictures until the time is up: make fuzz SECONDS=60 SEED=1 [FORMAT=heic].

A file that breaks the rule is kept in build/fuzz/, and the run fails.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from pictures.formats.registry import FORMATS
from tests.hostile.bombs import bombs
from tests.hostile.crafted import crafted
from tests.hostile.judge import ROOT, Judge, Verdict
from tests.hostile.mutations import mutate
from tests.samples.pictures import good

KEPT = ROOT / "build" / "fuzz"


@dataclass
class Tally:
    """The results of one format's files: counts, worst time and memory."""

    counts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0
    memory: int = 0
    kept: list[Path] = field(default_factory=list)

    def add(self, verdict: Verdict, name: str, data: bytes) -> None:
        """Count a verdict, and keep the file if it breaks the rule."""
        self.counts[verdict.text] += 1
        self.seconds = max(self.seconds, verdict.seconds)
        self.memory = max(self.memory, verdict.memory)
        if verdict.broken:
            KEPT.mkdir(parents=True, exist_ok=True)
            path = KEPT / name
            path.write_bytes(data)
            self.kept.append(path)
            print(f"  {verdict.text}: {path.relative_to(ROOT)}", flush=True)


def fuzz(judge: Judge, name: str, seed: int, seconds: float) -> Tally:
    """Judge the crafted files of a format, then damaged ones until the time is up."""
    tally = Tally()
    for title, data in (crafted() | bombs()).items():
        if title.split("-")[0] == name:
            tally.add(judge(data), title, data)
    seeds = {title: data for title, data in good().items() if title.startswith(name)}
    step, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        random = Random(f"{name}-{seed}-{step}")
        data = mutate(random, name, seeds[random.choice(sorted(seeds))])
        tally.add(judge(data), f"{name}-{seed}-{step}", data)
        step += 1
    return tally


def main(seconds: float, seed: int, only: str) -> int:
    """Share the time among the formats, print a summary, return 1 for a finding."""
    names = [name for name in FORMATS if only in ("", name)]
    findings = 0
    for name in names:
        with Judge() as judge:
            tally = fuzz(judge, name, seed, seconds / len(names))
        findings += len(tally.kept)
        print(
            f"{name:5} {tally.counts.total():7,} files, {len(tally.kept)} findings, "
            f"at most {tally.seconds:.2f} s and {tally.memory / 1e6:.0f} MB: "
            + ", ".join(f"{text} {n:,}" for text, n in tally.counts.most_common()),
            flush=True,
        )
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), int(sys.argv[2]), (*sys.argv, "")[3]))
