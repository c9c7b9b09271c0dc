"""What can become of an object: six outcomes, and one list of reason codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What became of an object; only `FAILED` is tried again."""

    SYNCED = "synced"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    IGNORED = "ignored"
    REJECTED = "rejected"
    FAILED = "failed"


class Reason(StrEnum):
    """
    Why an object got its outcome: stable codes, each of exactly one outcome.

    `meaning` goes into the log, and with `advice`, what to do about it, onto the page
    `docs/failures.md`.
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
        "nothing: S3 may tell of an object twice",
    )
    NEWER_OBJECT = (
        "newer-object",
        Outcome.UNCHANGED,
        "the user has a newer object, which counts instead of this one",
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

    TEST_EVENT = ("test-event", Outcome.IGNORED, "S3 tried out the notification")
    UNKNOWN_EVENT = (
        "unknown-event",
        Outcome.IGNORED,
        "the event names no object that was created or removed in S3",
        "see what else invokes the function",
    )
    OTHER_BUCKET = (
        "other-bucket",
        Outcome.IGNORED,
        "the bucket is not BUCKET_NAME",
        "see what else invokes the function: a stack has one bucket",
    )
    FOLDER_MARKER = (
        "folder-marker",
        Outcome.IGNORED,
        "the key ends with a slash: a folder of the console, no picture",
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
        "the key does not name the user as the profile does: another spelling, or "
        "another e-mail, phone number or user name of the same user",
        "rename the object as `detail` says",
    )
    OBJECT_GONE = (
        "object-gone",
        Outcome.IGNORED,
        "the object is not in the bucket (any more)",
        "nothing: it was deleted meanwhile",
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
        "the bucket was cut into ranges, which wait in the bulk queue",
    )
    RESYNC_SKIPPED = (
        "resync-skipped",
        Outcome.IGNORED,
        "the bulk queue was not empty, so that no resync was started",
        "nothing: the work of the last one goes on",
    )
    RESYNC_COMPARED = (
        "resync-compared",
        Outcome.IGNORED,
        "the users of a range of keys were compared with Authgear",
    )
    RESYNC_DELAYED = (
        "resync-delayed",
        Outcome.IGNORED,
        "too much waits in the bulk queue, or the pace leaves no time: the range is "
        "compared later",
    )
    RESYNC_HELD = (
        "resync-held",
        Outcome.IGNORED,
        "too many users of a range differ, so that none of them was queued",
        "is the bucket the right one? Then `ops backfill` applies it",
    )
    DRY_RUN = ("dry-run", Outcome.IGNORED, "only tried out, nothing was changed")

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
        "use a smaller file, or raise the limit",
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
        "save it as one of these",
    )
    BROKEN_PICTURE = (
        "broken-picture",
        Outcome.REJECTED,
        "the content begins as a picture and cannot be decoded",
        "upload it again; it may have been cut short",
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
        "decoding the picture ended its process",
        "save the picture anew with another program; the file may mean harm",
    )
    DECODER_OUT_OF_MEMORY = (
        "decoder-out-of-memory",
        Outcome.REJECTED,
        "decoding the picture takes more memory than a file may have",
        "use a smaller picture, or raise MemorySize; the file may mean harm",
    )
    DECODER_TIMEOUT = (
        "decoder-timeout",
        Outcome.REJECTED,
        "decoding the picture takes more time than a file may have",
        "save the picture anew with another program; the file may mean harm",
    )
    ARCHIVED_OBJECT = (
        "archived-object",
        Outcome.REJECTED,
        "the object lies in an archive storage class",
        "restore it, then copy it onto itself",
    )
    UNREADABLE_OBJECT = (
        "unreadable-object",
        Outcome.REJECTED,
        "S3 does not hand the object out, as with a key of the owner's own (SSE-C)",
        "upload it again without such a key",
    )
    UNKNOWN_USER = (
        "unknown-user",
        Outcome.REJECTED,
        "Authgear has no such user",
        "check the id; once there is the user, drop the file again",
    )
    AMBIGUOUS_USER = (
        "ambiguous-user",
        Outcome.REJECTED,
        "more than one Authgear user answers to the key",
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
        "mend in the portal what `detail` names, then drop the file again",
    )
    DENIED_BY_HOOK = (
        "denied-by-hook",
        Outcome.REJECTED,
        "a blocking hook of the Authgear project forbids the update",
        "have the hook allow it, then drop the file again",
    )
    PICTURE_NOT_KEPT = (
        "picture-not-kept",
        Outcome.REJECTED,
        "a blocking hook of the Authgear project replaced the picture",
        "have the hook keep the picture, then drop the file again",
    )
    REFUSED_BY_AUTHGEAR = (
        "refused-by-authgear",
        Outcome.REJECTED,
        "Authgear refuses the picture or the update for good",
        "read `detail`, and Authgear's log by `tracking_id`",
    )

    AUTHGEAR_UNREACHABLE = (
        "authgear-unreachable",
        Outcome.FAILED,
        "no connection to Authgear, or it broke",
        "wait; then check `AUTHGEAR_ENDPOINT` and the network",
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
        "wait; slow hooks are a usual cause",
    )
    AUTHGEAR_UNAVAILABLE = (
        "authgear-unavailable",
        Outcome.FAILED,
        "Authgear answered with an error that may pass",
        "wait; then see Authgear's log by `tracking_id`",
    )
    AUTHGEAR_RATE_LIMITED = (
        "authgear-rate-limited",
        Outcome.FAILED,
        "Authgear asks for fewer requests",
        "nothing: the rest comes through the retry queue",
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
        "the answer is not one that Authgear gives",
        "check `AUTHGEAR_ENDPOINT`: something else answers there",
    )
    SECRET_UNREADABLE = (
        "secret-unreadable",
        Outcome.FAILED,
        "the secret of AUTHGEAR_SECRET_ID cannot be read or used",
        "see [the secret](deploy.md#the-secret)",
    )
    S3_UNAVAILABLE = (
        "s3-unavailable",
        Outcome.FAILED,
        "S3 did not answer as it should",
        "wait; if it stays, see S3's own code in `detail`: is the bucket there?",
    )
    S3_DENIED = (
        "s3-denied",
        Outcome.FAILED,
        "S3 or KMS denied access",
        "check the function's role, the bucket's policy, and your own KMS key's",
    )
    DECODER_UNAVAILABLE = (
        "decoder-unavailable",
        Outcome.FAILED,
        "the process that decodes pictures cannot be started",
        "wait; if it stays, report it with `detail`",
    )
    NOT_SETTLED = (
        "not-settled",
        Outcome.FAILED,
        "bucket and Authgear kept changing, or the time was up",
        "nothing; if it stays, see in `detail` what keeps changing",
    )
    QUEUE_UNAVAILABLE = (
        "queue-unavailable",
        Outcome.FAILED,
        "the bulk queue did not take a message",
        "wait; if it stays, see the code in `detail`",
    )
    UNKNOWN_MESSAGE = (
        "unknown-message",
        Outcome.FAILED,
        "a message of the queue holds no event that is understood",
        "see who sends to the queue; the message ends in the dead-letter queue",
    )
    UNEXPECTED_ERROR = (
        "unexpected-error",
        Outcome.FAILED,
        "an error that should not be possible",
        "report it, with `error_type` and `places`",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What became of one object.

    Args:
        reason: The stable code; it decides the outcome.
        detail: One sentence for a person, free of secrets and attribute values.
        fields: Structured facts for the log line, by their log names.
    """

    reason: Reason
    detail: str = ""
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        """Return the outcome that belongs to the reason."""
        return self.reason.outcome


def write_reasons(reasons: Iterable[Reason]) -> str:
    """Return reason codes as one text, each once; `read_reasons` reads it."""
    return ", ".join(sorted(set(reasons)))


def read_reasons(text: str) -> list[Reason]:
    """Return the reason codes that a text ends with, none if it ends with others."""
    codes = text.rpartition(": ")[2].split(", ")
    known = {str(reason): reason for reason in Reason}
    return [known[code] for code in codes] if known.keys() >= set(codes) else []
