"""Make the calls that a run yields."""

from __future__ import annotations

from collections.abc import Generator

from authgear import AdminAPI, AuthgearError, Budget, User

from .calls import Call

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
