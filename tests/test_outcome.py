"""The one list of codes."""

from __future__ import annotations

import re

import pytest

from outcome import Outcome, Reason, Result


@pytest.mark.parametrize("reason", Reason)
def test_reason(reason: Reason) -> None:
    """A code is in kebab case, as its name is, and has an outcome and a meaning."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", reason)
    assert reason.value == reason.name.lower().replace("_", "-") == f"{reason}"
    assert isinstance(reason.outcome, Outcome)
    assert len(reason.meaning) > len("words")
    assert not reason.meaning.endswith(".")


def test_reasons_are_unique() -> None:
    """No code and no meaning stands for two reasons."""
    names = Reason.__members__

    assert len({reason.value for reason in Reason}) == len(names)
    assert len({reason.meaning for reason in Reason}) == len(names)


def test_outcomes() -> None:
    """Every outcome has a reason."""
    assert {reason.outcome for reason in Reason} == set(Outcome)


@pytest.mark.parametrize("reason", Reason)
def test_result(reason: Reason) -> None:
    """A result's outcome is its reason's; its fields are its own."""
    result = Result(reason=reason)

    assert result.outcome is reason.outcome
    assert (result.detail, result.fields) == ("", {})
    assert result.fields is not Result(reason=reason).fields
