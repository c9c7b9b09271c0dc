"""What ends a command early, told as what is wrong and what to do about it."""

from __future__ import annotations

import traceback
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from settings import SettingsError
from sync.errors import result_from_error

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


def recognise(error: Exception) -> Problem:
    """Return the problem that an error means."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, SettingsError):
        what = "Settings are missing or wrong: " + "; ".join(error.problems)
        remedy = "Name a stack with --stack, or set the variables of docs/settings.md."
        return Problem(what, remedy, status=USAGE)
    if isinstance(error, ClientError):
        return Problem(describe(error), _AWS_REMEDIES.get(code_of(error), ""))
    if isinstance(error, BotoCoreError):
        # Its text may hold an address with a signature.
        kind = type(error).__name__
        remedy = _CLIENT_REMEDIES.get(kind, _CREDENTIALS)
        return Problem(f"AWS cannot be asked: {kind}", remedy)
    if isinstance(error, ResponseParserError):
        # Its text quotes the answer.
        remedy = "Something between here and AWS answers in its stead: a proxy?"
        return Problem("An answer of AWS cannot be read.", remedy)
    result = result_from_error(error)
    if result is None:
        return _unforeseen(error)
    remedy = f"docs/failures.md says what to do about {result.reason}."
    return Problem(result.detail or result.reason.meaning, remedy)


def _unforeseen(error: Exception) -> Problem:
    """Return the problem of an error that nobody foresaw; its text may hold a key."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
    what = f"An error that should not be possible: {type(error).__name__}"
    return Problem(what, "Please report it, with " + " ".join(places[-6:]))


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
_CREDENTIALS = "See `aws configure list`: credentials, AWS_PROFILE and AWS_REGION."
_NETWORK = "Check the network, the proxy, and that AWS_REGION is spelled as AWS does."
_CLIENT_REMEDIES = {
    "NoRegionError": "Set AWS_REGION to the stack's region, such as us-east-1.",
    "NoCredentialsError": "Log in to AWS, or name a profile that can with AWS_PROFILE.",
    "ProfileNotFound": "AWS_PROFILE names no profile; `aws configure list-profiles`.",
    **dict.fromkeys(
        ("ConnectTimeoutError", "EndpointConnectionError", "ReadTimeoutError"), _NETWORK
    ),
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
    **dict.fromkeys(
        (
            "NoSuchBucket",
            "ResourceNotFoundException",
            "AWS.SimpleQueueService.NonExistentQueue",
            "QueueDoesNotExist",
        ),
        "What the stack or a setting names is not there: `ops doctor` says which.",
    ),
    **dict.fromkeys(
        ("RequestLimitExceeded", "SlowDown", "Throttling", "ThrottlingException"),
        "AWS wants fewer requests: wait a minute, then try again.",
    ),
}
