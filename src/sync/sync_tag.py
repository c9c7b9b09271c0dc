"""
The sync tag: the result for an object, as one tag on the object.

Its value is `etag/result/fingerprint`. The etag names the content, the result is an
image id of Authgear or the reason why none was made, and the fingerprint stands for
the settings that led to it, and for the user. S3's tags allow the characters (letters,
digits, `+-=._:/@`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from authgear import UUID
from outcome import Reason

TAG = "authgear-picture"
SETTINGS_DIGITS, USER_DIGITS = 8, 4  # hexadecimal, of a fingerprint
# Behind the fingerprint until Authgear has shown the image. Only `keep-own` needs it:
# it must tell an image that the user has removed from one that was never set.
PENDING = "+"

# Results without an image that settle an object until it or the settings change.
SETTLED = {
    reason.value: reason
    for reason in (
        Reason.KEPT,
        Reason.ATTRIBUTES_INVALID,
        Reason.DENIED_BY_HOOK,
        Reason.PICTURE_NOT_KEPT,
    )
}
# Rejections of the file itself.
REJECTIONS = {
    reason.value: reason
    for reason in (
        Reason.NOT_A_PICTURE,
        Reason.BROKEN_PICTURE,
        Reason.TOO_MANY_PIXELS,
        Reason.FORMAT_NOT_ACCEPTED,
        Reason.DECODER_CRASHED,
        Reason.DECODER_OUT_OF_MEMORY,
        Reason.DECODER_TIMEOUT,
    )
}


@dataclass(frozen=True, slots=True)
class SyncTag:
    """
    A sync tag.

    Args:
        etag: The content that it is about.

        result: An image id, or the value of a reason.

        fingerprint: Of the settings; empty in the tags of version 0.1.

        is_pending: Whether Authgear may not have shown the image yet.
    """

    etag: str
    result: str
    fingerprint: str = ""
    is_pending: bool = False

    @property
    def image_id(self) -> str:
        """Return the image id, empty if the result is a reason."""
        return self.result if UUID.fullmatch(self.result) else ""

    def is_about(self, etag: str, user_text: str) -> bool:
        """Tell whether the tag is about this content, and not another user's."""
        user = _hash((user_text,), USER_DIGITS)
        is_copied = bool(self.fingerprint) and not self.fingerprint.endswith(user)
        return self.etag == etag and (self.result in REJECTIONS or not is_copied)

    def __str__(self) -> str:
        """Return the tag's value."""
        parts = [self.etag, self.result, self.fingerprint]
        return "/".join(filter(None, parts)) + (PENDING if self.is_pending else "")


def parse_sync_tag(value: str) -> SyncTag | None:
    """Return the sync tag of a tag's value, `None` if it is not one."""
    parts = value.removesuffix(PENDING).split("/")
    if len(parts) not in (2, 3) or not all(parts):
        return None
    etag, result, *fingerprint = parts
    return SyncTag(etag, result, "".join(fingerprint), value.endswith(PENDING))


def fingerprint_settings(*settings: object) -> str:
    """Return a short hash of settings, the same for the same values in each process."""
    return _hash(settings, SETTINGS_DIGITS)


def fingerprint_image(settings: tuple[object, ...], user_text: str) -> str:
    """
    Return the fingerprint of an image.

    The user is part of it: S3 copies tags with an object, and the tag of another user's
    object says nothing about this user.

    Args:
        settings: The values that shape the image's pixels, and its project.

        user_text: The text in the object key that names the user.
    """
    return fingerprint_settings(*settings) + _hash((user_text,), USER_DIGITS)


def fingerprint_kept(image_id: str, user_text: str) -> str:
    """
    Return the fingerprint of a picture of the user's own that is kept.

    Args:
        image_id: The image's id; empty if the picture is not an image of this project.

        user_text: The text in the object key that names the user.
    """
    return _hash(("kept", image_id), SETTINGS_DIGITS) + _hash((user_text,), USER_DIGITS)


def make_mark(etag: str, image_fingerprint: str) -> str:
    """Return the mark of the image that is made of a content."""
    return _hash((etag, image_fingerprint), SETTINGS_DIGITS + USER_DIGITS)


@lru_cache(maxsize=1024)
def _hash(parts: tuple[object, ...], digits: int) -> str:
    """Return the first digits of a hash."""
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:digits]
