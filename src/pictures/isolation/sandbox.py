"""The rights that a process gives up before it reads hostile bytes."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from collections.abc import Callable
from contextlib import suppress

from .system_calls import INSTRUCTION, MACHINES, build_filter

# linux/prctl.h
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 1, 4, 38, 22
SECCOMP_MODE_FILTER = 2
SIGKILL = 9

# Address space beyond the memory: reserved and never used, by threads above all.
RESERVED = 256_000_000  # bytes

IS_LINUX = sys.platform == "linux"


class _Program(ctypes.Structure):
    """A filter of system calls (struct sock_fprog)."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def restrict_worker(memory: int, cpu_seconds: int) -> list[str]:
    """
    Give up all that decoding does not need.

    Args:
        memory: Bytes that the process may have.
        cpu_seconds: Processor time after which the system ends it.

    Returns:
        The names of what is in force here; another system lacks some of it.
    """
    steps: tuple[tuple[str, Callable[[], None]], ...] = (
        ("parent", _end_with_parent),
        ("memory", lambda: _limit_memory(memory)),
        ("cpu-time", lambda: _limit(resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1)),
        ("core-dumps", lambda: _limit(resource.RLIMIT_CORE, 0)),
        ("file-size", lambda: _limit(resource.RLIMIT_FSIZE, 0)),
        ("open-files", lambda: _limit(resource.RLIMIT_NOFILE, 0)),
        ("memory-hidden", hide_memory),
        ("system-calls", _filter_system_calls),
    )
    active = []
    for name, step in steps:
        with suppress(OSError, ValueError, KeyError, AttributeError):
            step()
            active.append(name)
    return active


def hide_memory() -> None:
    """
    Let no process of the same user read this one's memory and environment.

    Raises:
        OSError: The system has no such call.
    """
    _call_prctl(PR_SET_DUMPABLE, 0)


def _end_with_parent() -> None:
    """Have the system end this process when its parent has ended."""
    _call_prctl(PR_SET_PDEATHSIG, SIGKILL)


def _limit_memory(memory: int) -> None:
    """Limit memory that is this process's own, and address space for what is shared."""
    if not IS_LINUX:  # macOS takes the limits, and does not keep them
        raise OSError
    with open("/proc/self/statm") as file:  # noqa: PTH123 - pathlib takes long to load
        pages = int(file.read().split()[0])
    space = pages * resource.getpagesize() + memory + RESERVED
    _limit(resource.RLIMIT_AS, space)
    _limit(resource.RLIMIT_DATA, memory)


def _limit(kind: int, soft: int, hard: int | None = None) -> None:
    """Set a limit, for good."""
    resource.setrlimit(kind, (soft, soft if hard is None else hard))


def _filter_system_calls() -> None:
    """Have the kernel end this process if it calls for what it does not need."""
    if os.uname().machine not in MACHINES:
        raise OSError
    program = build_filter(os.uname().machine)
    buffer = ctypes.create_string_buffer(program, len(program))
    filter_ = _Program(
        len(program) // INSTRUCTION.size, ctypes.cast(buffer, ctypes.c_void_p)
    )
    _call_prctl(PR_SET_NO_NEW_PRIVS, 1)
    _call_prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(filter_))


def _call_prctl(option: int, value: int, pointer: int = 0) -> None:
    """Call Linux's prctl."""
    if not IS_LINUX:
        raise OSError
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    arguments = (ctypes.c_ulong(number) for number in (value, pointer, 0, 0))
    if prctl(ctypes.c_int(option), *arguments):
        raise OSError(ctypes.get_errno(), "prctl")
