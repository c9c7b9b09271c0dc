"""Play thousands of histories: `python -m tests.simulation.soak [HISTORIES] [SEED]`."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.simulation.convergence import play
from tests.simulation.histories import HISTORIES, History

MOST = 20_000  # histories
PART = 500  # histories; after each the totals are shown
PHASES = (Phase.generate, Phase.shrink)


def main() -> None:
    """Play, and say how much was played; a violation ends it with its history."""
    wanted = int(sys.argv[1]) if sys.argv[1:] else MOST
    number = int(sys.argv[2]) if sys.argv[2:] else random.randrange(1 << 32)  # noqa: S311
    print(f"seed {number}", flush=True)
    start, totals = time.monotonic(), Counter[str]()
    while totals["histories"] < wanted:
        play_part(number + totals["histories"], totals)
        facts = ", ".join(f"{n:,} {name}" for name, n in totals.items())
        print(f"{time.monotonic() - start:5.0f} s  {facts}", flush=True)


def play_part(number: int, totals: Counter[str]) -> None:
    """Play some histories, the same ones for the same number."""

    @seed(number)
    @settings(
        max_examples=PART,
        deadline=None,
        database=None,
        print_blob=True,
        phases=PHASES,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(history=HISTORIES)
    def play_one(history: History) -> None:
        play(history, totals)

    play_one()


if __name__ == "__main__":
    main()
