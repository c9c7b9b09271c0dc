"""Every known error -> the result that it means."""

from __future__ import annotations

import authgear
from authgear import AuthgearError
from outcome import Reason, Result
from pictures.errors import PictureNotMade, PictureRejected
from storage.errors import BucketError
from storage.key_pattern import KeyIgnored

from .run_log import OutOfTime
from .user_profile import AmbiguousUser


class LookAgain(Exception):
    """Raised when the state keeps changing between reads."""

    reason = Reason.NOT_SETTLED


# All of these know their reason.
Foreseen = (
    AmbiguousUser
    | BucketError
    | KeyIgnored
    | LookAgain
    | OutOfTime
    | PictureNotMade
    | PictureRejected
)

REASONS: dict[type[AuthgearError], Reason] = {
    authgear.CredentialsUnavailable: Reason.SECRET_UNREADABLE,
    authgear.StaleAttributes: Reason.NOT_SETTLED,
    authgear.Unreachable: Reason.AUTHGEAR_UNREACHABLE,
    authgear.CertificateUntrusted: Reason.AUTHGEAR_UNTRUSTED,
    authgear.TimedOut: Reason.AUTHGEAR_TIMEOUT,
    authgear.Forbidden: Reason.AUTHGEAR_FORBIDDEN,
    authgear.RateLimited: Reason.AUTHGEAR_RATE_LIMITED,
    authgear.Unavailable: Reason.AUTHGEAR_UNAVAILABLE,
    authgear.Unexpected: Reason.AUTHGEAR_UNEXPECTED,
    authgear.Refused: Reason.REFUSED_BY_AUTHGEAR,
    authgear.UserNotFound: Reason.UNKNOWN_USER,
    authgear.UserAnonymized: Reason.ANONYMIZED_USER,
    authgear.AttributesInvalid: Reason.ATTRIBUTES_INVALID,
    authgear.DeniedByHook: Reason.DENIED_BY_HOOK,
    authgear.PictureNotKept: Reason.PICTURE_NOT_KEPT,
}


def result_from_error(error: Exception) -> Result | None:
    """Return the result that an error means, `None` if it is unexpected."""
    if isinstance(error, AuthgearError):
        facts = {
            "step": error.step,
            "status": error.status,
            "tracking_id": error.tracking_id,
        }
        return Result(reason=REASONS[type(error)], detail=str(error), fields=facts)
    if isinstance(error, BucketError):
        facts = {"step": error.step}
        return Result(reason=error.reason, detail=str(error), fields=facts)
    if isinstance(error, PictureRejected):
        facts = {
            "format": error.format,
            "input_width": error.width,
            "input_height": error.height,
        }
        return Result(reason=error.reason, detail=str(error), fields=facts)
    if isinstance(error, Foreseen):
        return Result(reason=error.reason, detail=str(error))
    return None
