"""One user's side in Authgear: who it is, and what the profile shows."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from authgear import AdminAPI, UploadURL, User, UserNotFound
from outcome import Reason
from pictures.mark import read_mark
from storage.key_pattern import DECOMPOSED, KeyIgnored, KeyPattern

from .run_log import RunLog

# Which login id, and which standard attribute, each placeholder stands for.
NAMES = {
    "email": ("email", "email"),
    "phone": ("phone", "phone_number"),
    "username": ("username", "preferred_username"),
}


class AmbiguousUser(Exception):
    """Raised when more than one user answers to the text in a key."""

    reason = Reason.AMBIGUOUS_USER


@dataclass(kw_only=True, slots=True)
class UserProfile:
    """
    The profile of the user whom a key names.

    Args:
        admin_api: Authgear.

        pattern: How a key names a user.

        text: The text that names the user.

        log: The record of the run.

        user_id: The UUID, once it is known.
    """

    admin_api: AdminAPI
    pattern: KeyPattern
    text: str
    log: RunLog
    user_id: str = ""

    def find(self) -> str:
        """
        Return the id of the one user whom the key names; look it up once.

        Raises:
            UserNotFound: No user has this name.

            AmbiguousUser: There are several.

            KeyIgnored: Authgear spells the name otherwise. Two spellings would be two
                sets of objects, each with a newest one of its own.
        """
        self.user_id = self.user_id or self._find()
        return self.user_id

    def create_upload_url(self) -> UploadURL:
        """Ask for a URL to upload to, again if need be."""
        with self.log.step("presign"):
            return self.admin_api.create_upload_url(budget=self.log.budget)

    def try_upload_url(self) -> UploadURL:
        """Ask for a URL to upload to, once and without waiting for a rate limit."""
        with self.log.step("presign"):
            return self.admin_api.try_upload_url(budget=self.log.budget)

    def upload(self, upload_url: UploadURL, picture: bytes) -> str:
        """Upload a picture, and return its image id."""
        with self.log.step("upload"):
            return self.admin_api.upload(upload_url, picture, budget=self.log.budget)

    def read_mark(self, image_id: str) -> str:
        """Return the mark of an image, empty if it is not ours or is gone."""
        with self.log.step("mark"):
            jpeg = self.admin_api.read_original(image_id, budget=self.log.budget)
        return read_mark(jpeg or b"")

    def _find(self) -> str:
        """Return the id of the one user whom the key names."""
        if not self.pattern.needs_attributes:
            return self.pattern.user_id(self.text)
        login_id_key, attribute = NAMES[self.pattern.placeholder]
        with self.log.step("find"):
            users = self.admin_api.find_users(
                login_id_key=login_id_key,
                attribute=attribute,
                value=self.text,
                budget=self.log.budget,
            )
        return choose_user(users, self.pattern.placeholder, self.text).user_id


def choose_user(users: Sequence[User], placeholder: str, text: str) -> User:
    """
    Return the one user whom a name in a key means.

    Args:
        users: The users that Authgear finds by the name.

        placeholder: What kind of name the key holds.

        text: The name.

    Raises:
        UserNotFound: No user has this name.

        AmbiguousUser: There are several.

        KeyIgnored: Authgear spells the name otherwise. Two spellings would be two sets
            of objects, each with a newest one of its own.
    """
    _, attribute = NAMES[placeholder]
    if not users and not unicodedata.is_normalized("NFC", text):
        raise KeyIgnored(Reason.KEY_SPELLED_OTHERWISE, DECOMPOSED)
    if not users:
        raise UserNotFound(step="find", detail=f"nobody has this {placeholder}")
    if len(users) > 1:
        message = f"{len(users)} users have this {placeholder}"
        raise AmbiguousUser(message)
    shown = users[0].standard_attributes.get(attribute)
    if shown != text:
        detail = _compare(attribute, str(shown or ""), text)
        raise KeyIgnored(Reason.KEY_SPELLED_OTHERWISE, detail)
    return users[0]


def _compare(attribute: str, shown: str, text: str) -> str:
    """Say how the profile's attribute differs from a key's, without its value."""
    if not shown:
        return f"the user was found, but the profile shows no {attribute}"
    one, other = (unicodedata.normalize("NFKC", it).casefold() for it in (shown, text))
    if one == other:
        return f"the user's {attribute} in Authgear is spelled otherwise"
    return f"the user was found, but the profile shows another {attribute} of the user"
