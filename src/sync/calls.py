"""
The two calls that a run hands out instead of making them itself.

Reads and updates of several users fit into one request. A run is a generator that
yields these calls, so that one caller makes them one by one and another in batches.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from authgear import AdminAPI, AuthgearError, Budget, User


@dataclass(frozen=True, slots=True)
class ReadCall:
    """Read a user who can be updated."""

    user_id: str

    def make(self, admin_api: AdminAPI, budget: Budget) -> User:
        """Make the call; it raises `AuthgearError`."""
        return admin_api.get_user(self.user_id, budget=budget)


@dataclass(frozen=True, slots=True)
class UpdateCall:
    """
    Set or remove a user's picture, all other attributes as read.

    Args:
        user: As read at most two seconds ago.

        image_id: The image to set; empty to remove the picture.
    """

    user: User
    image_id: str

    def make(self, admin_api: AdminAPI, budget: Budget) -> User:
        """Make the call; it raises `AuthgearError`."""
        if self.image_id:
            return admin_api.set_picture(self.user, self.image_id, budget=budget)
        return admin_api.remove_picture(self.user, budget=budget)


Call = ReadCall | UpdateCall
Steps = Generator[Call, User, None]


def make_calls_of_one(steps: Steps, admin_api: AdminAPI, budget: Budget) -> None:
    """
    Make the calls of one run, one by one, until it ends.

    Args:
        steps: The run.

        admin_api: Authgear.

        budget: The time that it has.
    """
    call = next(steps, None)
    while call is not None:
        answer: User | AuthgearError
        try:
            answer = call.make(admin_api, budget)
        except AuthgearError as error:
            answer = error
        call = advance(steps, answer)


def advance(steps: Steps, answer: User | AuthgearError) -> Call | None:
    """Hand a run the answer to its call; return the next call, `None` at its end."""
    try:
        if isinstance(answer, AuthgearError):
            return steps.throw(answer)
        return steps.send(answer)
    except StopIteration:
        return None
