"""Work that would run in a thread, done in a known order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def run_inline(work: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """Do the work when its result is asked for: everything happens in a known order."""
    yield work
