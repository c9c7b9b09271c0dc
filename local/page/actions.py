"""What the page's buttons do to the bucket and its events."""

from __future__ import annotations

import re

from local.page.samples import PHOTOS
from local.system import PREFIX, LocalSystem

EXPIRES = 300  # seconds in which the browser must have begun to send the file


class NothingThere(Exception):
    """Raised when a user has no object, or no event, to do something with."""


class Actions:
    """
    Does what is asked for.

    Args:
        system: Where it happens.
    """

    def __init__(self, system: LocalSystem) -> None:
        self._system = system

    def sign(self, user_id: str, file_name: str) -> dict[str, str]:
        """Return the key for a user's file, and a URL to PUT it to S3."""
        found = re.search(r"\.[a-z0-9]{1,5}$", file_name.lower())
        key = f"{PREFIX}{user_id}{found[0] if found else '.jpg'}"
        url = self._system.aws.s3.generate_presigned_url(
            "put_object",
            Params={"Bucket": self._system.bucket, "Key": key},
            ExpiresIn=EXPIRES,
        )
        return {"key": key, "url": url}

    def repeat(self, user_id: str) -> None:
        """Deliver the user's latest event once more, as S3 may do by itself."""
        self._system.send(self._events(user_id)[-1])

    def shuffle(self, user_id: str) -> None:
        """
        Overwrite the object with another picture and at once with its own bytes again.

        All earlier events come again too, the newest first.
        """
        system, key = self._system, self._newest_key(user_id)
        earlier = self._events(user_id)
        answer = system.aws.s3.get_object(Bucket=system.bucket, Key=key)
        own = answer["Body"].read()
        system.put(key, next(photo for photo in PHOTOS if photo != own))
        system.put(key, own)
        for event in reversed(earlier):
            system.send(event)

    def delete(self, user_id: str) -> None:
        """Delete the user's newest object."""
        self._system.delete(self._newest_key(user_id))

    def deliver_failures(self) -> None:
        """Deliver what waits in the queue of failures."""
        self._system.deliver_failures()

    def _events(self, user_id: str) -> list[object]:
        """Return the events of a user's objects that are done with, oldest first."""
        prefix = PREFIX + user_id
        events = [it.event for it in self._system.settled if it.key.startswith(prefix)]
        if not events:
            message = "There was no event for this user yet: drop a picture first."
            raise NothingThere(message)
        return events[-5:]

    def _newest_key(self, user_id: str) -> str:
        """Return the key of the user's newest object."""
        listed = self._system.aws.s3.list_objects_v2(
            Bucket=self._system.bucket, Prefix=PREFIX + user_id
        )
        objects = listed.get("Contents", [])
        if not objects:
            message = "There is no object of this user: drop a picture first."
            raise NothingThere(message)
        return max(objects, key=lambda it: (it["LastModified"], it["Key"]))["Key"]
