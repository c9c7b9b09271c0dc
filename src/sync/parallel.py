"""Work that goes on while something else is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import AbstractContextManager, contextmanager
from threading import Thread
from typing import Protocol, TypeVar

T = TypeVar("T")


class RunDuring(Protocol):
    """Lets work go on during a block; what it yields returns the result, or raises."""

    def __call__(
        self, work: Callable[[], T]
    ) -> AbstractContextManager[Callable[[], T]]:
        """Begin the work."""


@contextmanager
def run_inline(work: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """Do the work when its result is asked for: everything happens in a known order."""
    yield work


@contextmanager
def run_in_thread(work: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """
    Do the work in a thread, which has ended when the block is left.

    Lambda freezes a process once an invocation is answered: nothing may go on by then.
    There is no pool of threads, in which work that hangs would keep its place.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - or who waits would wait for ever
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    try:
        yield future.result
    finally:
        wait([future])
