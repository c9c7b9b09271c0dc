"""What the page's buttons do to the bucket and its events."""

from __future__ import annotations

import re

from local.authgear import User
from local.page.samples import PHOTOS
from local.system import LocalSystem

EXPIRES = 300  # seconds in which the browser must have begun to send the file


class NothingThere(Exception):
    """Raised when a user has no object, to do something with."""


class Actions:
    """Does what is asked for."""

    def __init__(self, system: LocalSystem) -> None:
        self._system = system

    def sign(self, user_id: str, file_name: str) -> dict[str, str]:
        """Return the key for a user's file, and a URL to PUT it to S3."""
        found = re.search(r"\.[a-z0-9]{1,5}$", file_name.lower())
        key = self._system.key_for(self._user(user_id), found[0] if found else ".jpg")
        url = self._system.aws.s3.generate_presigned_url(
            "put_object",
            Params={"Bucket": self._system.bucket, "Key": key},
            ExpiresIn=EXPIRES,
        )
        return {"key": key, "url": url}

    def repeat(self, user_id: str) -> None:
        """Deliver an event of the user's newest object, as S3 may do by itself."""
        self._system.send(self._newest_key(user_id))

    def shuffle(self, user_id: str) -> None:
        """
        Overwrite the object with another picture and at once with its own bytes again.

        An earlier event comes again, late.
        """
        system, key = self._system, self._newest_key(user_id)
        answer = system.aws.s3.get_object(Bucket=system.bucket, Key=key)
        own = answer["Body"].read()
        system.put(key, next(photo for photo in PHOTOS if photo != own))
        system.put(key, own)
        system.send(key)

    def delete(self, user_id: str) -> None:
        """Delete the user's newest object."""
        self._system.delete(self._newest_key(user_id))

    def _newest_key(self, user_id: str) -> str:
        """Return the key of the user's newest object."""
        objects = self._system.list_objects(self._user(user_id))
        if not objects:
            message = "There is no object of this user: drop a picture first."
            raise NothingThere(message)
        return objects[0]

    def _user(self, user_id: str) -> User:
        """Return a user by id."""
        return self._system.authgear.users.get(user_id)
