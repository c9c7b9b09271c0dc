"""More pictures than the limit allows, and connections that break."""

from __future__ import annotations

from tests.e2e.storm import play


def test_pictures_at_once_are_all_shown() -> None:
    """Every picture still arrives, and no other attribute changes."""
    counts = play(20, timeout=300)

    assert counts["429"], "the limit was never met"
    assert counts["None"], "no connection was dropped"
