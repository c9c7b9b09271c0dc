"""The demo's table."""

from __future__ import annotations

import pytest

from local.demo.scenario import Step
from local.demo.table import format_duration, format_header, format_row
from local.history import Settled
from outcome import Reason

KEY = "pictures/0a1b2c3d-0000-4000-8000-000000000001.jpg"


def step(expected: Reason) -> Step:
    """Return a step that does nothing."""
    return Step(title="t" * 24, key=KEY, expected=expected, act=lambda: None)


def settled(reason: Reason) -> Settled:
    """Return the result of an object."""
    return Settled(
        key=KEY,
        outcome=reason.outcome,
        reason=reason,
        detail=reason.meaning,
        attempts=3,
        milliseconds=9999.0,
        facts={},
    )


@pytest.mark.parametrize("reason", list(Reason))
def test_row_fits_a_terminal(reason: Reason) -> None:
    """No reason is so long that a line has more than 80 columns."""
    lines = [format_header(), format_row(step(reason), settled(reason), color=False)]

    assert max(map(len, "\n".join(lines).splitlines())) <= 80


def test_row_says_what_was_expected() -> None:
    """Where something else came, the row says what, and why."""
    row = format_row(
        step(Reason.PICTURE_SET), settled(Reason.UNKNOWN_USER), color=False
    )

    first, second = row.splitlines()
    assert first.startswith("NO")
    assert "expected synced picture-set" in second
    assert "Authgear has no such user" in second


def test_row_is_coloured_only_for_a_terminal() -> None:
    """Escape sequences are for those who can show them."""
    good = step(Reason.PICTURE_SET), settled(Reason.PICTURE_SET)

    assert "\x1b[32m" in format_row(*good, color=True)
    assert "\x1b" not in format_row(*good, color=False)


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0.2, "0 ms"), (999.4, "999 ms"), (1000.0, "1.0 s"), (61234.0, "61.2 s")],
    ids=str,
)
def test_duration_is_short(milliseconds: float, text: str) -> None:
    """Milliseconds up to a second, then seconds."""
    assert format_duration(milliseconds).strip() == text
