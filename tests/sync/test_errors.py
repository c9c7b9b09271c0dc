"""Every known error has a reason, and is tried again if that may help."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest

from authgear import AuthgearError, BadAnswer, NoAnswer, UserNotFound
from outcome import Outcome, Reason, Result
from pictures.errors import PictureNotMade, PictureRejected
from storage import errors as storage_errors
from storage.errors import BucketError
from storage.key_pattern import KeyIgnored
from sync.errors import REASONS, Foreseen, LookAgain, result_from_error
from sync.run_log import OutOfTime
from sync.user_profile import AmbiguousUser

NEVER_RAISED = {AuthgearError, NoAnswer, BadAnswer}


def subclasses(root: type[AuthgearError]) -> Iterator[type[AuthgearError]]:
    """Return an error's kind and all kinds below it."""
    yield root
    for kind in root.__subclasses__():
        yield from subclasses(kind)


KINDS = sorted(set(subclasses(AuthgearError)) - NEVER_RAISED, key=lambda k: k.__name__)


def test_reasons_are_complete() -> None:
    """Every error of Authgear's that is raised has a reason, and no two share one."""
    assert set(REASONS) == set(KINDS)
    assert len(set(REASONS.values())) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_explain_authgear_error(kind: type[AuthgearError]) -> None:
    """A passing error fails, others reject; the step is named."""
    error = kind(step="update", detail="so", status=200, tracking_id="t")

    result = result_from_error(error)

    assert result == Result(
        reason=REASONS[kind],
        detail=str(error),
        fields={"step": "update", "status": 200, "tracking_id": "t"},
    )
    assert (result.outcome is Outcome.FAILED) is kind.retryable
    assert (result.outcome is Outcome.REJECTED) is not kind.retryable


def test_explain_unknown_user() -> None:
    """A user who does not exist has a reason of their own."""
    result = result_from_error(UserNotFound(step="read", detail="nobody"))

    assert result is not None
    assert result.reason is Reason.UNKNOWN_USER


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (BucketError, Outcome.FAILED),
        (storage_errors.AccessDenied, Outcome.FAILED),
        (storage_errors.ObjectChanged, Outcome.FAILED),
        (storage_errors.ObjectArchived, Outcome.REJECTED),
    ],
)
def test_explain_bucket_error(kind: type[BucketError], outcome: Outcome) -> None:
    """S3's errors have a reason, and the step is reported."""
    result = result_from_error(kind("list", "SlowDown"))

    assert result == Result(
        reason=kind.reason,
        detail="S3: list failed (SlowDown)",
        fields={"step": "list"},
    )
    assert result.outcome is outcome


def test_bucket_errors_are_complete() -> None:
    """There are no kinds of S3's errors but those."""
    kinds = {
        storage_errors.AccessDenied,
        storage_errors.ObjectChanged,
        storage_errors.ObjectArchived,
        storage_errors.ObjectUnreadable,
    }

    assert set(BucketError.__subclasses__()) == kinds
    unlisted = {storage_errors.ObjectUnreadable}  # its code means it for one step alone
    assert set(storage_errors.ERRORS.values()) == kinds - unlisted


def test_explain_picture_rejected() -> None:
    """A rejected picture is reported with its known facts."""
    error = PictureRejected(
        Reason.BROKEN_PICTURE, "cut short", source_format="png", size=(3, 4)
    )

    assert result_from_error(error) == Result(
        reason=Reason.BROKEN_PICTURE,
        detail="cut short",
        fields={"format": "png", "input_width": 3, "input_height": 4},
    )


@pytest.mark.parametrize(
    "error",
    [
        AmbiguousUser("2 users"),
        KeyIgnored(Reason.FOLDER_MARKER, "a slash"),
        LookAgain("again"),
        OutOfTime("no time"),
        PictureNotMade(Reason.DECODER_UNAVAILABLE, "no process"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_explain_foreseen(
    error: AmbiguousUser | KeyIgnored | LookAgain | OutOfTime | PictureNotMade,
) -> None:
    """The others know their reason, and have no fields."""
    assert result_from_error(error) == Result(reason=error.reason, detail=str(error))


def test_foreseen_is_complete() -> None:
    """These are all the errors that know their reason."""
    assert set(get_args(Foreseen)) == {
        *(AmbiguousUser, BucketError, KeyIgnored, LookAgain, OutOfTime),
        *(PictureNotMade, PictureRejected),
    }


@pytest.mark.parametrize("error", [ValueError("x"), KeyError(), RecursionError()])
def test_explain_unforeseen(error: Exception) -> None:
    """An unexpected error has no known reason."""
    assert result_from_error(error) is None
