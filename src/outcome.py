"""The results of an object: six outcomes, and one list of reason codes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

TENTH = 100_000  # of a million: the smallest step of a size in MB


class Outcome(StrEnum):
    """The result of an object; only `FAILED` is tried again."""

    SYNCED = "synced"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    IGNORED = "ignored"
    REJECTED = "rejected"
    FAILED = "failed"


class Reason(StrEnum):
    """
    Why an object got its outcome: stable codes, each of exactly one outcome.

    `meaning` and `advice`, what to do about it, are in the log and on the page
    `docs/failures.md`. Advice that begins with "nothing" is in the log only for
    `FAILED`: there it says what happens next.
    """

    outcome: Outcome
    meaning: str
    advice: str

    def __new__(
        cls, code: str, outcome: Outcome, meaning: str, advice: str = "nothing"
    ) -> Reason:
        """Make a member that is its code and knows all the rest."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.outcome = outcome
        member.meaning = meaning
        member.advice = advice
        return member

    PICTURE_SET = ("picture-set", Outcome.SYNCED, "Authgear shows the new picture")
    IN_SYNC = (
        "in-sync",
        Outcome.UNCHANGED,
        "Authgear already shows the picture made from this object",
        "nothing: S3 may send an event twice",
    )
    NEWER_OBJECT = (
        "newer-object",
        Outcome.UNCHANGED,
        "the user has a newer object, which is used instead of this one",
    )
    NO_PICTURE = (
        "no-picture",
        Outcome.UNCHANGED,
        "the user has no object left, and no picture either",
    )
    PICTURE_REMOVED = (
        "picture-removed",
        Outcome.REMOVED,
        "the user's last object was deleted, and so was the picture",
    )

    TEST_EVENT = ("test-event", Outcome.IGNORED, "S3 tested the notification")
    UNKNOWN_EVENT = (
        "unknown-event",
        Outcome.IGNORED,
        "the event names no object that was created or removed in S3",
        "find out what else invokes the function",
    )
    OTHER_BUCKET = (
        "other-bucket",
        Outcome.IGNORED,
        "the bucket is not BUCKET_NAME",
        "find out what else invokes the function: a stack has one bucket",
    )
    FOLDER_MARKER = (
        "folder-marker",
        Outcome.IGNORED,
        "the key ends with a slash: a folder of the S3 console, not a picture",
    )
    KEY_OUTSIDE_PATTERN = (
        "key-outside-pattern",
        Outcome.IGNORED,
        "the key does not fit KEY_PATTERN",
        "rename the object, or change the pattern",
    )
    KEY_SPELLED_OTHERWISE = (
        "key-spelled-otherwise",
        Outcome.IGNORED,
        "the key does not spell the user as the profile does: another spelling, or "
        "another e-mail, phone number or user name of the same user",
        "rename the object so that it spells the user as the profile does",
    )
    OBJECT_GONE = (
        "object-gone",
        Outcome.IGNORED,
        "the object is not in the bucket, or not any more",
        "nothing: it was deleted in the meantime",
    )
    KEPT = (
        "kept",
        Outcome.IGNORED,
        "the user has a picture of their own, and OVERWRITE says to keep it",
        "nothing, or set `always`",
    )
    REMOVED_BY_USER = (
        "removed-by-user",
        Outcome.IGNORED,
        "the picture was removed in Authgear, and OVERWRITE says to keep it so",
        "nothing: the next newer object becomes the picture",
    )
    OLD_VERSION_EXPIRED = (
        "old-version-expired",
        Outcome.IGNORED,
        "a lifecycle rule deleted an old version of an object",
    )
    RESYNC_STARTED = (
        "resync-started",
        Outcome.IGNORED,
        "the keys were split into ranges, which wait in the bulk queue",
    )
    RESYNC_SKIPPED = (
        "resync-skipped",
        Outcome.IGNORED,
        "the bulk queue was not empty, so that no resync was started",
        "nothing: the work of the previous resync continues",
    )
    RESYNC_COMPARED = (
        "resync-compared",
        Outcome.IGNORED,
        "the users of a range of keys were compared with Authgear",
    )
    RESYNC_DELAYED = (
        "resync-delayed",
        Outcome.IGNORED,
        "the bulk queue is too long, or the request limit leaves no time: the range is "
        "compared later",
    )
    RESYNC_HELD = (
        "resync-held",
        Outcome.IGNORED,
        "too many users of a range differ, so the function queued none of them",
        "check that the bucket is the right one; then run `ops backfill`",
    )
    DRY_RUN = ("dry-run", Outcome.IGNORED, "a dry run: nothing was changed")

    EMPTY_OBJECT = (
        "empty-object",
        Outcome.REJECTED,
        "the object has no bytes",
        "upload it again",
    )
    TOO_MANY_BYTES = (
        "too-many-bytes",
        Outcome.REJECTED,
        "the object is larger than MAX_INPUT_BYTES",
        "use a smaller file, or raise the limit (20 MB at most)",
    )
    TOO_MANY_PIXELS = (
        "too-many-pixels",
        Outcome.REJECTED,
        "the picture has more pixels than MAX_INPUT_PIXELS",
        "use a smaller picture, or raise limit and memory",
    )
    NOT_A_PICTURE = (
        "not-a-picture",
        Outcome.REJECTED,
        "the content is none of JPEG, PNG, WebP, GIF, AVIF, HEIC, BMP",
        "upload a picture in one of these formats",
    )
    BROKEN_PICTURE = (
        "broken-picture",
        Outcome.REJECTED,
        "the content starts like a picture but cannot be decoded",
        "upload it again; if that fails, save it with another program first",
    )
    FORMAT_NOT_ACCEPTED = (
        "format-not-accepted",
        Outcome.REJECTED,
        "the picture's format is not one of ACCEPTED_FORMATS",
        "save it as one of these, or add the format to the setting",
    )
    DECODER_CRASHED = (
        "decoder-crashed",
        Outcome.REJECTED,
        "the process that decoded the picture crashed",
        "save the picture again with another program; the file may be an attack",
    )
    DECODER_OUT_OF_MEMORY = (
        "decoder-out-of-memory",
        Outcome.REJECTED,
        "decoding the picture takes more memory than the limit",
        "use a smaller picture, or raise MemorySize; the file may be an attack",
    )
    DECODER_TIMEOUT = (
        "decoder-timeout",
        Outcome.REJECTED,
        "decoding the picture takes more time than the limit",
        "save the picture again with another program; the file may be an attack",
    )
    ARCHIVED_OBJECT = (
        "archived-object",
        Outcome.REJECTED,
        "the object is in an archive storage class",
        "restore it, then copy it onto itself",
    )
    UNREADABLE_OBJECT = (
        "unreadable-object",
        Outcome.REJECTED,
        "S3 does not return the object, as with a customer's own key (SSE-C)",
        "upload it again without such a key",
    )
    UNKNOWN_USER = (
        "unknown-user",
        Outcome.REJECTED,
        "Authgear has no such user",
        "check the id; once the user exists, the next resync sets the picture",
    )
    AMBIGUOUS_USER = (
        "ambiguous-user",
        Outcome.REJECTED,
        "more than one Authgear user matches the key",
        "use `{user_id}` in the pattern",
    )
    ANONYMIZED_USER = (
        "anonymized-user",
        Outcome.REJECTED,
        "the user is anonymized: Authgear refuses updates",
        "delete the object",
    )
    ATTRIBUTES_INVALID = (
        "attributes-invalid",
        Outcome.REJECTED,
        "Authgear refuses an attribute that the user already has",
        "correct that attribute in the portal, then upload the file again",
    )
    DENIED_BY_HOOK = (
        "denied-by-hook",
        Outcome.REJECTED,
        "a blocking hook of the Authgear project forbids the update",
        "change the hook so that it allows the update, then upload the file again",
    )
    PICTURE_NOT_KEPT = (
        "picture-not-kept",
        Outcome.REJECTED,
        "a blocking hook of the Authgear project replaced the picture",
        "change the hook so that it keeps the picture, then upload the file again",
    )
    REFUSED_BY_AUTHGEAR = (
        "refused-by-authgear",
        Outcome.REJECTED,
        "Authgear refuses the picture or the update permanently",
        "find the cause in Authgear's log, then upload the file again",
    )

    AUTHGEAR_UNREACHABLE = (
        "authgear-unreachable",
        Outcome.FAILED,
        "no connection to Authgear, or the connection was lost",
        "wait; if it persists, check `AUTHGEAR_ENDPOINT` and the network",
    )
    AUTHGEAR_UNTRUSTED = (
        "authgear-untrusted",
        Outcome.FAILED,
        "Authgear's TLS certificate is not trusted",
        "renew the certificate; for a private CA set `AUTHGEAR_CA`",
    )
    AUTHGEAR_TIMEOUT = (
        "authgear-timeout",
        Outcome.FAILED,
        "Authgear did not answer in time",
        "wait; if it persists, look for a slow hook of the Authgear project",
    )
    AUTHGEAR_UNAVAILABLE = (
        "authgear-unavailable",
        Outcome.FAILED,
        "Authgear answered with an error that may be temporary",
        "wait; if it persists, find the cause in Authgear's log",
    )
    AUTHGEAR_RATE_LIMITED = (
        "authgear-rate-limited",
        Outcome.FAILED,
        "Authgear asks for fewer requests",
        "nothing to do: the retry queue delivers the rest",
    )
    AUTHGEAR_FORBIDDEN = (
        "authgear-forbidden",
        Outcome.FAILED,
        "Authgear does not accept the key",
        "check `AUTHGEAR_APP_ID` and the secret's key pair; `ops doctor` helps",
    )
    AUTHGEAR_UNEXPECTED = (
        "authgear-unexpected",
        Outcome.FAILED,
        "the answer is not a known Authgear response",
        "check `AUTHGEAR_ENDPOINT`: something else answers there",
    )
    SECRET_UNREADABLE = (
        "secret-unreadable",
        Outcome.FAILED,
        "the secret of AUTHGEAR_SECRET_ID cannot be read or used",
        'run `ops doctor`, which names the cause; see docs/deploy.md, "The secret"',
    )
    S3_UNAVAILABLE = (
        "s3-unavailable",
        Outcome.FAILED,
        "S3 did not answer as it should",
        "wait; if it persists, check that the bucket exists",
    )
    S3_DENIED = (
        "s3-denied",
        Outcome.FAILED,
        "S3 or KMS denied access",
        "check the function's role, the bucket policy and your KMS key's policy",
    )
    DECODER_UNAVAILABLE = (
        "decoder-unavailable",
        Outcome.FAILED,
        "the process that decodes pictures cannot be started",
        "wait; if it persists, report it with this log line",
    )
    NOT_SETTLED = (
        "not-settled",
        Outcome.FAILED,
        "bucket and Authgear kept changing, or the time was up",
        "nothing to do: it is tried again; if it persists, find what keeps changing",
    )
    QUEUE_UNAVAILABLE = (
        "queue-unavailable",
        Outcome.FAILED,
        "the bulk queue did not take a message",
        "wait; if it persists, check the function's right to send to the queue",
    )
    UNKNOWN_MESSAGE = (
        "unknown-message",
        Outcome.FAILED,
        "a message in the queue is not a known event",
        "find out what sends to the queue; the message ends in the dead-letter queue",
    )
    UNEXPECTED_ERROR = (
        "unexpected-error",
        Outcome.FAILED,
        "an error that should not be possible",
        "report it, with `error_type` and `places`",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """The result of one object.

    Args:
        reason: The stable code; it decides the outcome.
        detail: What happened, for a person, free of secrets and attribute values. A
            detail that ends with a full stop also says what to do.
        fields: Structured facts for the log line, by their log names.
    """

    reason: Reason
    detail: str = ""
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        """Return the outcome that belongs to the reason."""
        return self.reason.outcome

    @property
    def sentences(self) -> str:
        """Return what happened, and what to do if there is something to do."""
        happened, advice = self.detail or self.reason.meaning, self.reason.advice
        if happened.endswith("."):
            return _capitalise(happened)
        if advice.startswith("nothing") and self.outcome is not Outcome.FAILED:
            return f"{_capitalise(happened)}."
        return f"{_capitalise(happened)}. {_capitalise(advice)}."


def explain_size(size: int, limit: int) -> str:
    """Return how many bytes an object has, rounded up, and how many are allowed."""
    rounded = _round_up(size, limit)
    most = f"{_count(limit, 'MB', 'bytes')} are allowed (MAX_INPUT_BYTES)"
    return f"the object is {_count(rounded, 'MB', 'bytes')}; {most}"


def explain_pixels(pixels: int, limit: int, name: str) -> str:
    """Return how many pixels a picture has, rounded up, and its format's limit."""
    rounded = _round_up(pixels, limit)
    most = f"{_count(limit, 'megapixels', 'pixels')} are allowed for {name}"
    return f"{_count(rounded, 'megapixels', 'pixels')}; {most} (MAX_INPUT_PIXELS)"


def _round_up(count: int, limit: int) -> int:
    """Return a count that is over a limit, rounded so that it is seen to be over it."""
    return count if limit < TENTH else math.ceil(count / TENTH) * TENTH


def _count(count: int, millions: str, ones: str) -> str:
    """Return a count with its unit."""
    return f"{count / 1e6:.8g} {millions}" if count >= TENTH else f"{count:,} {ones}"


def _capitalise(text: str) -> str:
    """Return a text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def write_reasons(reasons: Iterable[Reason]) -> str:
    """Return reason codes as one text, each once; `read_reasons` reads it."""
    return ", ".join(sorted(set(reasons)))


def read_reasons(text: str) -> list[Reason]:
    """Return the reason codes that a text ends with, none if it ends with others."""
    codes = text.rpartition(": ")[2].split(", ")
    known = {str(reason): reason for reason in Reason}
    return [known[code] for code in codes] if known.keys() >= set(codes) else []
