"""A project of Authgear, its users, and what they change themselves."""

from __future__ import annotations

import uuid
from random import Random
from typing import Any

import requests

from tests.fakes.authgear_server import ENDPOINT
from tests.fakes.tokens import APP_ID
from tests.fakes.transport import answer
from tests.simulation.limited import LimitedAuthgear

OWN = "https://example.com/me.png"  # a picture that a user has chosen


class Project(LimitedAuthgear):
    """
    A project of Authgear; each has an app id of its own.

    Attributes:
        app_id: The app id.

        truth: What the attributes of each user must be, the picture aside.
    """

    app_id = APP_ID

    def __init__(self, *options: Any) -> None:
        super().__init__(*options)
        self.truth: dict[str, dict[str, Any]] = {}

    def create(self, name: str) -> str:
        """Create a user with all kinds of names; return the id."""
        user_id = self.add_user(
            str(uuid.UUID(int=Random(name).getrandbits(128), version=4)),  # noqa: S311 - hides nothing
            email=f"{name}@example.com",
            preferred_username=name,
            address={"country": "HK"},
        )
        self.truth[user_id] = dict(self.users[user_id])
        return user_id

    def edit(self, user_id: str, **attributes: Any) -> None:
        """Change attributes, as the user or an administrator does."""
        self.users[user_id].update(attributes)
        self.truth[user_id].update(attributes)

    def choose(self, user_id: str, url: str = "") -> None:
        """Choose a picture in Authgear, or remove the one that there is."""
        self.users[user_id].pop("picture", None)
        if url:
            self.users[user_id]["picture"] = url

    @property
    def harmed(self) -> list[str]:
        """The users of whom another attribute is not what it must be."""
        return [
            user_id
            for user_id, user in self.users.items()
            if user | {"picture": ""} != self.truth[user_id] | {"picture": ""}
        ]

    def _presign(self) -> requests.Response:
        """Hand out a URL for a fresh object id of this project."""
        url = f"{ENDPOINT}/_images/{self.app_id}/{uuid.uuid4()}?x-authgear-signature=S"
        return answer({"result": {"upload_url": url}})
