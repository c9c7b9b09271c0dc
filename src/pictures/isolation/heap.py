"""
Memory that is at hand before the picture comes.

A new process pays for each page of memory that it touches first: 10 to 20 ms of a
picture. A worker touches them while it waits, and what it frees stays with it.
"""

from __future__ import annotations

import ctypes
import mmap
from contextlib import suppress

# malloc.h of glibc; other systems have no mallopt, or ignore what they do not know.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8

LARGEST_BLOCK = 32 * 1024 * 1024  # bytes; glibc takes no more as M_MMAP_THRESHOLD
BLOCK, BLOCKS = 24 * 1024 * 1024, 2  # bytes; what most pictures of 3 to 12 MP need
NEVER = 1 << 30  # bytes


def keep_freed_memory() -> None:
    """Have the C library take memory from one heap, and keep what is freed."""
    with suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_MMAP_THRESHOLD, LARGEST_BLOCK)
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


def _ask_for_huge_pages(library: ctypes.CDLL, block: int) -> None:
    """Have the kernel give large pages, where it has them: there are fewer to touch."""
    if hasattr(mmap, "MADV_HUGEPAGE"):
        start = -(-block // mmap.PAGESIZE) * mmap.PAGESIZE
        end = (block + BLOCK) // mmap.PAGESIZE * mmap.PAGESIZE
        arguments = ctypes.c_void_p(start), ctypes.c_size_t(end - start)
        library.madvise(*arguments, mmap.MADV_HUGEPAGE)
