"""One user's side in Authgear: who it is, and what the profile shows."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from authgear import AdminAPI, UploadURL, User, UserNotFound, to_user_id
from outcome import Reason
from storage.key_pattern import KeyIgnored

from .run_log import RunLog

STALE = 2.0  # seconds; attributes read longer ago are read anew before they are written

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

        placeholder: What kind of name the key holds.

        text: That name.

        run_log: The record of the run.

        user_id: The UUID, once it is known.
    """

    admin_api: AdminAPI
    placeholder: str
    text: str
    run_log: RunLog
    user_id: str = ""

    def read(self, *, step: str = "read") -> User:
        """Read the user; `AuthgearError` says that there is none, or none to update."""
        if not self.user_id:
            self.user_id = self._find()
            self.run_log.facts["user_id"] = self.user_id
        with self.run_log.step(step):
            return self.admin_api.get_user(self.user_id, deadline=self.run_log.deadline)

    def create_upload_url(self) -> UploadURL:
        """Ask for an address to upload to."""
        with self.run_log.step("presign"):
            return self.admin_api.create_upload_url(deadline=self.run_log.deadline)

    def upload(self, upload_url: UploadURL, picture: bytes) -> tuple[User, str]:
        """
        Upload a picture for a user who exists.

        The user is read first, because whatever is uploaded stays public for ever, and
        read again after a slow upload, because what is read is about to be written.

        Returns:
            The user, read just now, and the image's object id.
        """
        run_log = self.run_log
        user = self.read()
        read_at = run_log.clock()
        with run_log.step("upload"):
            image_id = self.admin_api.upload(
                upload_url, picture, deadline=run_log.deadline
            )
        if run_log.clock() - read_at > STALE:
            user = self.read()
        return user, image_id

    def set_picture(self, user: User, image_id: str) -> None:
        """Make an uploaded image the picture; note what a hook changed beside it."""
        with self.run_log.step("update"):
            updated = self.admin_api.set_picture(
                user, image_id, deadline=self.run_log.deadline
            )
        changed = user.differing_attributes(updated)
        if changed:
            self.run_log.facts["attributes_changed"] = changed

    def remove_picture(self, user: User) -> None:
        """Take the picture away."""
        with self.run_log.step("update"):
            self.admin_api.remove_picture(user, deadline=self.run_log.deadline)

    def _find(self) -> str:
        """
        Return the id of the one user whom the key names.

        Raises:
            UserNotFound: There is none.

            AmbiguousUser: There are several.

            KeyIgnored: Authgear spells the name otherwise. Two spellings would be two
                sets of objects, each with a newest one of its own.
        """
        if self.placeholder == "user_id":
            return self.text
        if self.placeholder == "node_id":
            return to_user_id(self.text) or ""
        login_id_key, attribute = NAMES[self.placeholder]
        with self.run_log.step("find"):
            users = self.admin_api.find_users(
                login_id_key=login_id_key,
                attribute=attribute,
                value=self.text,
                deadline=self.run_log.deadline,
            )
        if not users:
            raise UserNotFound(
                step="find", detail=f"nobody has this {self.placeholder}"
            )
        if len(users) > 1:
            message = f"{len(users)} users have this {self.placeholder}"
            raise AmbiguousUser(message)
        shown = users[0].standard_attributes.get(attribute)
        if shown != self.text:
            detail = _compare(attribute, str(shown or ""), self.text)
            raise KeyIgnored(Reason.KEY_SPELLED_OTHERWISE, detail)
        return users[0].user_id


def _compare(attribute: str, shown: str, text: str) -> str:
    """Say how the profile's attribute differs from a key's, without its value."""
    if not shown:
        return f"the user was found, but the profile shows no {attribute}"
    one, other = (unicodedata.normalize("NFKC", it).casefold() for it in (shown, text))
    if one == other:
        return f"the user's {attribute} in Authgear is spelled otherwise"
    return f"the user was found, but the profile shows another {attribute} of the user"
