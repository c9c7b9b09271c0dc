"""Problems that end a command early, each with its remedy."""

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
        what: The problem, in one sentence.

        remedy: The remedy.

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
    if isinstance(error, AWS_ERRORS):
        return Problem(describe(error), remedy_for(error))
    if isinstance(error, ValueError) and str(error).startswith("Invalid endpoint"):
        # botocore's own words, which quote the variable's value.
        what = "A variable AWS_ENDPOINT_URL holds no URL."
        return Problem(what, "Unset it, or set it to a URL.", status=USAGE)
    if isinstance(error, OSError):
        name = error.filename or "A file"
        return Problem(f"{name}: {error.strerror or 'an error of the system'}.")
    result = result_from_error(error)
    if result is None:
        return _unforeseen(error)
    remedy = f"docs/failures.md says what to do about {result.reason}."
    return Problem(result.detail or result.reason.meaning, remedy)


def describe(error: Exception) -> str:
    """Say what AWS did not do; the error's own text may quote anything."""
    if isinstance(error, ClientError):
        return f"AWS refuses {error.operation_name}: {code_of(error)}"
    if isinstance(error, ResponseParserError):
        return "An answer of AWS cannot be read."
    return f"AWS cannot be asked: {type(error).__name__}"


def remedy_for(error: Exception) -> str:
    """Return what to do about an error of AWS or of its client."""
    if isinstance(error, ClientError):
        if is_denied(error):
            return f"Your own credentials need the right to {error.operation_name}."
        return _AWS_REMEDIES.get(code_of(error), "")
    if isinstance(error, ResponseParserError):
        return "Something between here and AWS answers instead of AWS: a proxy?"
    return _CLIENT_REMEDIES.get(type(error).__name__, _CREDENTIALS)


def _unforeseen(error: Exception) -> Problem:
    """Return the problem of an unexpected error; its text may hold a key."""
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


DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "403",
    "AWS.SimpleQueueService.AccessDenied",
}
AWS_ERRORS = (ClientError, BotoCoreError, ResponseParserError)
_CREDENTIALS = "See `aws configure list`: credentials, profile and region."
_LOG_IN = (
    "Log in to AWS (`aws sso login`, or new access keys), or name a profile with "
    "--profile or AWS_PROFILE."
)
_NETWORK = (
    "Check the network, the proxy, and that the region is spelled as AWS does "
    "(--region, AWS_REGION)."
)
_CLIENT_REMEDIES = {
    "NoRegionError": "Name the stack's region with --region or AWS_REGION.",
    "InvalidRegionError": "Spell the region as AWS does, such as us-east-1.",
    "ProfileNotFound": (
        "--profile or AWS_PROFILE names no profile; see `aws configure list-profiles`."
    ),
    **dict.fromkeys(
        (
            "NoCredentialsError",
            "PartialCredentialsError",
            "CredentialRetrievalError",
            "LoginRefreshRequired",
            "SSOTokenLoadError",
            "TokenRetrievalError",
            "UnauthorizedSSOTokenError",
        ),
        _LOG_IN,
    ),
    **dict.fromkeys(
        (
            "ConnectionClosedError",
            "ConnectTimeoutError",
            "EndpointConnectionError",
            "ProxyConnectionError",
            "ReadTimeoutError",
        ),
        _NETWORK,
    ),
    "SSLError": "Something between here and AWS shows its own certificate: a proxy?",
}
_AWS_REMEDIES = {
    **dict.fromkeys(
        (
            "ExpiredToken",
            "ExpiredTokenException",
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "UnrecognizedClientException",
        ),
        _LOG_IN,
    ),
    **dict.fromkeys(
        ("RequestExpired", "RequestTimeTooSkewed", "SignatureDoesNotMatch"),
        f"Set this machine's clock; if it is right: {_LOG_IN}",
    ),
    "InvalidToken": _LOG_IN,
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
