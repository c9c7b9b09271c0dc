"""How long a picture takes, by engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.inputs import Input
from bench.processes import EngineProcess

WARM_UP = 1  # rounds that are not counted


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """
    Times of one input, all measured in the same minute.

    Args:
        input: The measured file.

        ms: Median milliseconds by engine; an engine is missing that cannot read it.
    """

    input: Input
    ms: dict[str, float]

    def ratio(self, other: str) -> float | None:
        """Return our time, in times of another engine."""
        return self.ms["ours"] / self.ms[other] if other in self.ms else None


def measure(
    inputs: Sequence[Input], engines: Sequence[EngineProcess], rounds: int
) -> list[Timing]:
    """
    Time every engine with every input.

    The engines take turns within each round, so that the machine's other work affects
    all of them alike.

    Args:
        inputs: Those with a file.

        engines: The processes to ask.

        rounds: How often each engine makes each picture.
    """
    return [_measure_one(wanted, engines, rounds) for wanted in inputs]


def _measure_one(
    wanted: Input, engines: Sequence[EngineProcess], rounds: int
) -> Timing:
    """Time every engine with one input."""
    spent: dict[str, list[float]] = {}
    readers = [engine for engine in engines if _reads(engine, wanted)]
    for number in range(WARM_UP + rounds):
        for engine in readers:
            ms = engine.time(wanted.path)
            if ms is not None and number >= WARM_UP:
                spent.setdefault(engine.name, []).append(ms)
    return Timing(
        input=wanted, ms={name: median(times) for name, times in spent.items()}
    )


def _reads(engine: EngineProcess, wanted: Input) -> bool:
    """Tell whether an engine can be compared by an input."""
    return wanted.format == "jpeg" or engine.name != "floor"
