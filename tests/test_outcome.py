"""The one list of codes."""

from __future__ import annotations

import re

import pytest

from outcome import Outcome, Reason, Result, explain_pixels, explain_size
from settings import Settings, SettingsError

BAD = [it for it in Reason if it.outcome in (Outcome.REJECTED, Outcome.FAILED)]
LONGEST = 240  # characters of a log line's detail


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


@pytest.mark.parametrize("reason", BAD)
def test_detail_says_what_to_do(reason: Reason) -> None:
    """The detail of a rejection or a failure says what happened, then what to do."""
    happened = "S3: list failed (SlowDown)"

    default = Result(reason=reason).sentences
    given = Result(reason=reason, detail=happened).sentences

    advice = reason.advice[:1].upper() + reason.advice[1:]
    assert reason.advice not in ("", "nothing")
    assert default.lower() == f"{reason.meaning}. {advice}.".lower()
    assert given == f"{happened}. {advice}."
    assert len(default) <= LONGEST


@pytest.mark.parametrize("reason", BAD)
def test_advice_can_be_read_in_a_log_line(reason: Reason) -> None:
    """Advice has no link, and does not refer to the line that it is a part of."""
    assert "](" not in reason.advice
    assert "`detail`" not in reason.advice
    assert not reason.advice.endswith(".")


def test_advice_names_the_highest_limit() -> None:
    """The default is the highest limit: a higher one would stop the function."""
    with pytest.raises(SettingsError, match=r"MAX_INPUT_BYTES .* from 1 to 20000000"):
        Settings.from_env({"MAX_INPUT_BYTES": "20000001"})

    assert Reason.TOO_MANY_BYTES.advice.endswith("(20 MB at most)")


@pytest.mark.parametrize(
    ("result", "sentences"),
    [
        (Result(reason=Reason.IN_SYNC, detail="as it was"), "As it was."),
        (
            Result(reason=Reason.NOT_A_PICTURE, detail="it is a PDF. Save it as PNG."),
            "It is a PDF. Save it as PNG.",
        ),
        (
            Result(reason=Reason.OTHER_BUCKET),
            "The bucket is not BUCKET_NAME. Find out what else invokes the function: a "
            "stack has one bucket.",
        ),
    ],
    ids=["nothing to do", "own advice", "ignored"],
)
def test_detail(result: Result, sentences: str) -> None:
    """There is advice where something is to be done, and never twice."""
    assert result.sentences == sentences


@pytest.mark.parametrize(
    ("size", "limit", "text"),
    [
        (34_494_549, 20_000_000, "34.5 MB; 20 MB are allowed (MAX_INPUT_BYTES)"),
        (20_000_001, 20_000_000, "20.1 MB; 20 MB are allowed (MAX_INPUT_BYTES)"),
        (1_250_001, 1_250_000, "1.3 MB; 1.25 MB are allowed (MAX_INPUT_BYTES)"),
        (5_001, 5_000, "5,001 bytes; 5,000 bytes are allowed (MAX_INPUT_BYTES)"),
    ],
)
def test_size_is_in_megabytes(size: int, limit: int, text: str) -> None:
    """Sizes are in MB, and never look as if they were allowed."""
    assert explain_size(size, limit) == f"the object is {text}"


def test_pixels_are_in_megapixels() -> None:
    """The limit is the format's own share, and has the name of its setting."""
    text = "900 megapixels; 40.8 megapixels are allowed for WEBP (MAX_INPUT_PIXELS)"

    assert explain_pixels(900_000_000, 40_800_000, "WEBP") == text
