"""Authgear's users: what they show, and what they do themselves."""

from __future__ import annotations

import uuid
from typing import Any

from tests.fakes.authgear_server import ENDPOINT, FakeAuthgear
from tests.fakes.tokens import APP_ID
from tests.simulation.contents import source_of

ELSEWHERE = "https://pictures.example.com/me.jpg"
OWN = b"a picture of the user's own"


class AuthgearUsers(FakeAuthgear):
    """
    Users who edit their attributes, and choose and remove pictures.

    Attributes:
        truth: For each user all attributes except the picture, as last written.

        edits: How often each user's attributes were written by others.

        removed: For each user without a picture the one that was removed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.truth: dict[str, dict[str, Any]] = {}
        self.edits: dict[str, int] = {}
        self.removed: dict[str, bytes | str] = {}

    def shown(self, user_id: str) -> bytes | str | None:
        """Return the image that a user shows, or the URL of one that is elsewhere."""
        url = self.users.get(user_id, {}).get("picture")
        return self.image(url) if url else None

    def add_user(self, user_id: str = "", **attributes: Any) -> str:
        """Create a user."""
        user_id = super().add_user(user_id, **attributes)
        self.note(user_id)
        return user_id

    def edit(self, user_id: str, **attributes: Any) -> None:
        """Change attributes, as a user may at any time."""
        self.users[user_id] |= attributes
        self.note(user_id)

    def choose_picture(self, user_id: str, kind: int) -> None:
        """Let a user choose a picture, or remove it, as they may at any time."""
        images = list(self.images.values())
        if kind == 0:
            self._remove(user_id)
        elif kind == 1:
            self.edit(user_id, picture=ELSEWHERE)
        elif kind == 2 and images:
            # They download a picture of ours, and upload it as their own.
            self._show_own(user_id, images[-1])
        else:
            self._show_own(user_id, OWN)

    def _show_own(self, user_id: str, data: bytes) -> None:
        """Show an image that the user has uploaded."""
        image_id = str(uuid.uuid4())
        self.images[image_id] = data
        self.edit(user_id, picture=f"{ENDPOINT}/_images/{APP_ID}/{image_id}/profile")

    def _remove(self, user_id: str) -> None:
        """Remove a picture as its user."""
        shown = self.shown(user_id)
        self.users[user_id].pop("picture", None)
        self.note(user_id)
        if shown is not None:
            self.removed[user_id] = shown

    def image(self, url: str) -> bytes | str:
        """Return the image that a URL names, or the URL of one that is elsewhere."""
        if url == ELSEWHERE:
            return url
        parts = url.removesuffix("/profile").split("/")
        return self.images[parts[-1]]

    def source(self, picture: bytes | str | None) -> tuple[bytes, int] | None:
        """Return what a picture was made from, if it is ours."""
        return source_of(picture) if isinstance(picture, bytes) else None

    def note(self, user_id: str) -> None:
        """Note an edit, and the new attributes except the picture."""
        self.edits[user_id] = self.edits.get(user_id, 0) + 1
        self.truth[user_id] = others(self.users[user_id])
        if "picture" in self.users[user_id]:
            self.removed.pop(user_id, None)


def others(attributes: dict[str, Any]) -> dict[str, Any]:
    """Return all attributes except the picture."""
    return {name: value for name, value in attributes.items() if name != "picture"}
