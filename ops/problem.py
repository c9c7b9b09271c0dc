"""What ends a command early, told as what is wrong and what to do about it."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from settings import SettingsError
from verdict import explain

USAGE = 2  # exit status


class Problem(Exception):
    """
    Raised where a command cannot go on.

    Args:
        what: What is wrong, in one sentence.

        remedy: What to do about it.

        status: The exit status: 1 something is wrong, 2 the command was.
    """

    def __init__(self, what: str, remedy: str = "", *, status: int = 1) -> None:
        self.what = what
        self.remedy = remedy
        self.status = status
        super().__init__(what)


def recognise(error: Exception) -> Problem | None:
    """Return the problem that an error means, `None` if nobody foresaw it."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, SettingsError):
        what = "Settings are missing or wrong: " + "; ".join(error.problems)
        remedy = "Name a stack with --stack, or set the variables of docs/settings.md."
        return Problem(what, remedy, status=USAGE)
    if isinstance(error, ClientError):
        return Problem(describe(error), _AWS_REMEDIES.get(code_of(error), ""))
    if isinstance(error, BotoCoreError):
        remedy = "See `aws configure list`: credentials, AWS_PROFILE and AWS_REGION."
        return Problem(f"AWS cannot be asked: {type(error).__name__}", remedy)
    result = explain(error)
    if result is None:
        return None
    remedy = f"docs/failures.md says what to do about {result.reason}."
    return Problem(result.detail or result.reason.meaning, remedy)


def code_of(error: ClientError) -> str:
    """Return AWS's own code of an error."""
    return str(error.response.get("Error", {}).get("Code", "unknown error"))


def is_denied(error: ClientError) -> bool:
    """Tell whether AWS forbids a call."""
    return code_of(error) in DENIED


def describe(error: ClientError) -> str:
    """Say which call AWS refused, and with which code; its text may quote anything."""
    return f"AWS refuses {error.operation_name}: {code_of(error)}"


DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "403",
    "AWS.SimpleQueueService.AccessDenied",
}
_EXPIRED = "Log in again: these credentials are expired or wrong."
_AWS_REMEDIES = {
    **dict.fromkeys(DENIED, "Your own credentials need the right to this call."),
    **dict.fromkeys(
        (
            "ExpiredToken",
            "ExpiredTokenException",
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "SignatureDoesNotMatch",
            "UnrecognizedClientException",
        ),
        _EXPIRED,
    ),
}
