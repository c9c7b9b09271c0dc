"""Draw the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl

from bench.speed import Timing

mpl.use("Agg")

from matplotlib import pyplot


def by_megapixels(timings: Sequence[Timing], path: Path) -> None:
    """Draw a line per engine: milliseconds by megapixels, JPEG baseline."""
    chosen = [t for t in timings if t.input.variant == "baseline"]
    figure, axes = pyplot.subplots(figsize=(7, 4))
    for engine in chosen[0].ms:
        xs = [t.input.megapixels for t in chosen if engine in t.ms]
        axes.plot(
            xs, [t.ms[engine] for t in chosen if engine in t.ms], "o-", label=engine
        )
    axes.set(xlabel="megapixels (JPEG, baseline)", ylabel="ms, one core", yscale="log")
    axes.legend()
    _save(figure, path)


def bars(values: Mapping[str, float], unit: str, path: Path) -> None:
    """Draw a bar per value."""
    figure, axes = pyplot.subplots(figsize=(7, 0.35 * len(values) + 1))
    drawn = axes.barh(list(values), list(values.values()))
    axes.bar_label(drawn, fmt="%.0f", padding=3)
    axes.set_xlabel(unit)
    axes.invert_yaxis()
    _save(figure, path)


def time_line(steps: Mapping[str, float], path: Path) -> None:
    """Draw one step after the other."""
    figure, axes = pyplot.subplots(figsize=(7, 2.5))
    start = 0.0
    for name, ms in steps.items():
        axes.barh(name, ms, left=start)
        start += ms
    axes.set_xlabel("ms")
    axes.invert_yaxis()
    _save(figure, path)


def _save(figure: pyplot.Figure, path: Path) -> None:
    """Write a plot."""
    figure.tight_layout()
    figure.savefig(path, dpi=90)
    pyplot.close(figure)
