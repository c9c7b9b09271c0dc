"""Errors of the calls to S3."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from outcome import Reason

NOT_S3 = "not an answer of S3"


class BucketError(Exception):
    """
    Root of this module's errors.

        BucketError           S3 did not do as asked; it may later
        ├── AccessDenied      the role or a key policy forbids it
        ├── ObjectChanged     gone or overwritten since it was listed: look again
        ├── ObjectArchived    it must be restored first
        └── ObjectUnreadable  S3 requires the object's own key

    Args:
        step: Which call failed: `list`, `download`, `read-tags`, `write-tags`.

        code: S3's own error code, the name of the client's error, or what is wrong with
            the answer.
    """

    reason = Reason.S3_UNAVAILABLE

    def __init__(self, step: str, code: str) -> None:
        self.step = step
        self.code = code
        super().__init__(f"S3: {step} failed ({code})")


class AccessDenied(BucketError):
    """Raised when S3, or KMS behind it, denies access."""

    reason = Reason.S3_DENIED


class ObjectChanged(BucketError):
    """Raised when an object is gone or overwritten since it was listed."""

    reason = Reason.NOT_SETTLED


class ObjectArchived(BucketError):
    """Raised when an object is in an archive storage class."""

    reason = Reason.ARCHIVED_OBJECT


class ObjectUnreadable(BucketError):
    """Raised when S3 refuses the request itself, as for SSE-C without the key."""

    reason = Reason.UNREADABLE_OBJECT


ERRORS: dict[str, type[BucketError]] = {
    "AccessDenied": AccessDenied,
    "AllAccessDisabled": AccessDenied,
    "403": AccessDenied,
    "NoSuchKey": ObjectChanged,
    "404": ObjectChanged,
    "NoSuchVersion": ObjectChanged,
    "MethodNotAllowed": ObjectChanged,  # tags of a delete marker
    "405": ObjectChanged,
    "PreconditionFailed": ObjectChanged,
    "412": ObjectChanged,
    "InvalidObjectState": ObjectArchived,
}


@contextmanager
def translated(step: str) -> Iterator[None]:
    """Turn the client's errors into ours."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "unknown")
        kind = ERRORS.get(code, BucketError)
        # SSE-C: the object can be read only with its own key (400).
        if (step, code) == ("download", "InvalidRequest"):
            kind = ObjectUnreadable
        raise kind(step, code) from error
    # While a body is read, urllib3 raises some errors that botocore leaves as they are.
    except (BotoCoreError, HTTPError, OSError) as error:
        raise BucketError(step, type(error).__name__) from error
    # An element is missing, or the client cannot make a number or a date of it.
    except (KeyError, ValueError) as error:
        raise BucketError(step, NOT_S3) from error
