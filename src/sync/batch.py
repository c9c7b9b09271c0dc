"""Several users at once: their reads, and their updates, share requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from authgear import (
    MOST_UPDATED,
    AdminAPI,
    AuthgearError,
    BatchRolledBack,
    Budget,
    Refused,
    User,
)

from .calls import Call, ReadCall, Steps, UpdateCall, advance

Answer = User | AuthgearError


@dataclass(slots=True)
class _Pending:
    """A run, and the call that it waits for."""

    steps: Steps
    call: Call | None


def make_calls(runs: Sequence[Steps], admin_api: AdminAPI, budget: Budget) -> None:
    """
    Make the calls of several runs until all of them have ended.

    Reads go before updates, so that as many updates as possible share a request. An
    error that a run does not handle ends that run alone; it is for the run to note it.

    Args:
        runs: The runs, none of which has begun.

        admin_api: Authgear.

        budget: The time that all of them have.
    """
    waiting = [_Pending(steps, next(steps, None)) for steps in runs]
    while waiting := [run for run in waiting if run.call is not None]:
        reads = [run for run in waiting if isinstance(run.call, ReadCall)]
        for run, answer in _answer(reads or waiting, admin_api, budget):
            run.call = advance(run.steps, answer)


def _answer(
    runs: Sequence[_Pending], admin_api: AdminAPI, budget: Budget
) -> Iterator[tuple[_Pending, Answer]]:
    """Make the calls of runs that wait for the same kind of call."""
    reads = [run for run in runs if isinstance(run.call, ReadCall)]
    if reads:
        yield from _read(reads, admin_api, budget)
        return
    sets = [run for run in runs if isinstance(run.call, UpdateCall)]
    shared = [run for run in sets if run.call.image_id]  # type: ignore[union-attr]
    for start in range(0, len(shared), MOST_UPDATED):
        yield from _update(shared[start : start + MOST_UPDATED], admin_api, budget)
    for run in sets:
        if run not in shared:
            yield run, _make(run, admin_api, budget)


def _read(
    runs: Sequence[_Pending], admin_api: AdminAPI, budget: Budget
) -> Iterator[tuple[_Pending, Answer]]:
    """Read the users of several runs in one request."""
    ids = [run.call.user_id for run in runs if isinstance(run.call, ReadCall)]
    found: dict[str, User | Refused] | AuthgearError
    try:
        found = admin_api.batches.get_users(ids, budget=budget)
    except AuthgearError as error:
        found = error
    for run, user_id in zip(runs, ids, strict=True):
        yield run, found if isinstance(found, AuthgearError) else found[user_id]


def _update(
    runs: Sequence[_Pending], admin_api: AdminAPI, budget: Budget
) -> Iterator[tuple[_Pending, Answer]]:
    """Update several users in one request; one by one where the server rolls back."""
    calls = [run.call for run in runs if isinstance(run.call, UpdateCall)]
    users = {call.user.user_id for call in calls}
    if len(calls) == 1 or len(users) < len(calls):
        for run in runs:
            yield run, _make(run, admin_api, budget)
        return
    try:
        pictures = [(call.user, call.image_id) for call in calls]
        done = admin_api.batches.set_pictures(pictures, budget=budget)
    except BatchRolledBack:
        for run in runs:
            yield run, _make(run, admin_api, budget)
    except AuthgearError as error:
        yield from _share(error, runs, budget)
    else:
        for run, call in zip(runs, calls, strict=True):
            yield run, done[call.user.user_id]


def _share(
    error: AuthgearError, runs: Sequence[_Pending], budget: Budget
) -> Iterator[tuple[_Pending, Answer]]:
    """Hand all runs one error; the pause that one run makes is the pause of all."""
    start, asked = budget.clock(), error.retry_after
    for run in runs:
        if asked is not None:
            error.retry_after = max(0.0, asked - (budget.clock() - start))
        yield run, error


def _make(run: _Pending, admin_api: AdminAPI, budget: Budget) -> Answer:
    """Make the call of one run."""
    try:
        return run.call.make(admin_api, budget)  # type: ignore[union-attr]
    except AuthgearError as error:
        return error
