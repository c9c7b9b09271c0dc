"""
Memory that is allocated before the picture comes.

A new process pays for each page of memory that it touches first: 10 to 20 ms of a
picture. A worker touches them while it waits, and what it frees stays with it.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
from contextlib import suppress
from typing import Any

# malloc.h of glibc; other systems have no mallopt, or ignore what they do not know.
M_TRIM_THRESHOLD, M_MMAP_MAX, M_ARENA_MAX = -1, -4, -8

BLOCK, BLOCKS = 24 * 1024 * 1024, 2  # bytes; what most pictures of 3 to 12 MP need
NEVER = 1 << 30  # bytes


def keep_freed_memory() -> None:
    """Have the C library take memory from one heap, and keep what is freed."""
    with suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_MMAP_MAX, 0)
        mallopt(M_TRIM_THRESHOLD, NEVER)
        mallopt(M_ARENA_MAX, 1)


def fill_heap() -> None:
    """Touch as much memory as most pictures need, and free it again."""
    with suppress(AttributeError, OSError):
        library = ctypes.CDLL(None)
        library.mallopt  # noqa: B018 - without it, what is freed does not stay
        library.malloc.restype = ctypes.c_void_p
        blocks = [library.malloc(ctypes.c_size_t(BLOCK)) for _ in range(BLOCKS)]
        for block in filter(None, blocks):
            _ask_for_huge_pages(library, block)
            ctypes.memset(block, 0, BLOCK)
        for block in blocks:
            library.free(ctypes.c_void_p(block))


def forget_refusals() -> None:
    """Begin to watch whether the system refuses memory."""
    with suppress(AttributeError):
        _errno()[0] = 0


def was_refused() -> bool:
    """
    Tell whether the system has refused memory to this thread.

    Most decoders say only that they failed; the C library leaves the reason in `errno`,
    which nothing resets.
    """
    with suppress(AttributeError):
        return bool(_errno()[0] == errno.ENOMEM)
    return False


def _errno() -> Any:
    """Return a pointer to this thread's errno, the C library's own (glibc)."""
    locate = ctypes.CDLL(None).__errno_location
    locate.restype = ctypes.POINTER(ctypes.c_int)
    return locate()


def _ask_for_huge_pages(library: ctypes.CDLL, block: int) -> None:
    """Have the kernel give large pages, where it has them: there are fewer to touch."""
    if hasattr(mmap, "MADV_HUGEPAGE"):
        start = -(-block // mmap.PAGESIZE) * mmap.PAGESIZE
        end = (block + BLOCK) // mmap.PAGESIZE * mmap.PAGESIZE
        arguments = ctypes.c_void_p(start), ctypes.c_size_t(end - start)
        library.madvise(*arguments, mmap.MADV_HUGEPAGE)
