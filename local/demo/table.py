"""A plain table that fits a terminal of 80 columns."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from local.demo.scenario import Step
from local.history import Settled
from outcome import Outcome

HEADER = ("", "what", "outcome", "reason", "tries", "time")
WIDTHS = (2, 24, 9, 22, 5, 7)
GREEN, YELLOW, RED, GRAY = "32", "33", "31", "90"
COLORS = {
    Outcome.SYNCED: GREEN,
    Outcome.UNCHANGED: GREEN,
    Outcome.REMOVED: GREEN,
    Outcome.IGNORED: GRAY,
    Outcome.REJECTED: YELLOW,
    Outcome.FAILED: RED,
}


def format_header() -> str:
    """Return the table's two first lines."""
    return f"{_line(HEADER)}\n{_line(['-' * width for width in WIDTHS])}"


def format_row(step: Step, settled: Settled, *, color: bool) -> str:
    """Return a step's line; a second one where another outcome was expected."""
    is_expected = settled.reason == step.expected
    line = _line(
        (
            "ok" if is_expected else "NO",
            step.title,
            settled.outcome,
            settled.reason,
            str(settled.attempts).rjust(WIDTHS[4]),
            format_duration(settled.milliseconds),
        )
    )
    if color:
        code = COLORS[Outcome(settled.outcome)] if is_expected else RED
        line = f"\x1b[{code}m{line}\x1b[0m"
    if is_expected:
        return line
    expected = f"{step.expected.outcome} {step.expected}"
    return f"{line}\n      expected {expected}; got: {settled.detail}"


def format_duration(milliseconds: float) -> str:
    """Return a duration as a person reads it, right-aligned."""
    seconds = milliseconds / 1000
    text = f"{seconds:.1f} s" if seconds >= 1 else f"{milliseconds:.0f} ms"
    return text.rjust(WIDTHS[-1])


def shows_color() -> bool:
    """Tell whether standard output is a terminal that shows colours."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def _line(cells: Sequence[str]) -> str:
    """Return the cells, each in its column."""
    padded = [cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)]
    return "  ".join(padded).rstrip()
