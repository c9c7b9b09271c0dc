"""Play thousands of histories: `python -m tests.simulation.soak [HISTORIES]`."""

from __future__ import annotations

import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.simulation.convergence import Convergence

HISTORIES = 20_000
PROCESSES = 2
PART = 500  # histories; after each the totals are shown


def main() -> None:
    """Play, and say how much was played; a violation ends it with its history."""
    wanted = int(sys.argv[1]) if sys.argv[1:] else HISTORIES
    start, totals = time.monotonic(), Counter[str]()
    with ProcessPoolExecutor(PROCESSES) as pool:
        for part in pool.map(play, [PART] * -(-wanted // PART)):
            totals += part
            facts = ", ".join(f"{n:,} {name}" for name, n in totals.items())
            print(f"{time.monotonic() - start:5.0f} s  {facts}", flush=True)


def play(histories: int) -> Counter[str]:
    """Play so many histories, others each time; return what happened in them."""
    Convergence.totals.clear()
    run_state_machine_as_test(
        Convergence,
        settings=settings(
            max_examples=histories,
            stateful_step_count=25,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return Counter(Convergence.totals)


if __name__ == "__main__":
    main()
