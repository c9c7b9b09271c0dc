"""
The filter of system calls for a worker, as a program that Linux runs at each call.

A worker that has its picture computes, takes and gives back memory, starts threads, and
speaks over its socket. Names and numbers are those of the kernel's headers; a test
compares them.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterator

# Name -> number on x86-64 and on arm64; `None` where that machine has no such call.
ALLOWED: dict[str, tuple[int | None, int | None]] = {
    "futex": (202, 98),
    "read": (0, 63),
    "write": (1, 64),
    "recvfrom": (45, 207),
    "sendto": (44, 206),
    "close": (3, 57),
    "fstat": (5, 80),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "mprotect": (10, 226),
    "madvise": (28, 233),
    "brk": (12, 214),
    "clock_gettime": (228, 113),
    "gettimeofday": (96, 169),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "getrandom": (318, 278),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getcpu": (309, 168),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "sysinfo": (99, 179),
    "uname": (63, 160),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "restart_syscall": (219, 128),
    "exit": (60, 93),
    "exit_group": (231, 94),
}
# Libraries try these and go on without: that is not an attack. `prctl` names threads.
REFUSED: dict[str, tuple[int | None, int | None]] = {
    "openat": (257, 56),
    "open": (2, None),
    "faccessat": (269, 48),
    "access": (21, None),
    "newfstatat": (262, 79),
    "readlinkat": (267, 78),
    "readlink": (89, None),
    "statx": (332, 291),
    "stat": (4, None),
    "lstat": (6, None),
    "prctl": (157, 167),
}
MMAP = (9, 222)  # for memory of its own, which a limit counts
MAP_SHARED = 0x01
CLONE = (56, 220)  # for a thread, never for a process
CLONE3 = (435, 435)  # its flags are in memory, which a filter cannot read
CLONE_THREAD = 0x0001_0000

MACHINES = {"x86_64": 0, "aarch64": 1}
AUDIT_ARCH = (0xC000_003E, 0xC000_00B7)  # linux/audit.h

# linux/filter.h, linux/bpf_common.h, linux/seccomp.h
LOAD, IF_EQUAL, IF_ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06
KILL, ALLOW, ERROR = 0x8000_0000, 0x7FFF_0000, 0x0005_0000
# Offsets in struct seccomp_data; of an argument the lower half, which comes first on
# both machines.
NUMBER, MACHINE, FIRST_ARGUMENT, FOURTH_ARGUMENT = 0, 4, 16, 40

INSTRUCTION = struct.Struct("=HBBI")  # code, jump if true, jump if false, operand


def build_filter(machine: str) -> bytes:
    """
    Return the filter for a machine, a name of `MACHINES`, in the kernel's form.

    A call in neither table ends the process: sockets, other processes, programs.
    """
    return b"".join(
        INSTRUCTION.pack(*instruction) for instruction in _write(MACHINES[machine])
    )


def _write(column: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield the instructions."""
    yield LOAD, 0, 0, MACHINE
    yield IF_EQUAL, 1, 0, AUDIT_ARCH[column]
    yield RETURN, 0, 0, KILL
    yield LOAD, 0, 0, NUMBER
    for table, answer in ((ALLOWED, ALLOW), (REFUSED, ERROR | errno.EACCES)):
        for numbers in table.values():
            number = numbers[column]
            if number is not None:
                yield IF_EQUAL, 0, 1, number
                yield RETURN, 0, 0, answer
    yield IF_EQUAL, 0, 4, MMAP[column]
    yield LOAD, 0, 0, FOURTH_ARGUMENT
    yield IF_ANY_BIT, 0, 1, MAP_SHARED
    yield RETURN, 0, 0, ERROR | errno.EACCES
    yield RETURN, 0, 0, ALLOW
    yield IF_EQUAL, 0, 1, CLONE3[column]
    yield RETURN, 0, 0, ERROR | errno.ENOSYS  # glibc takes clone then
    yield IF_EQUAL, 0, 3, CLONE[column]
    yield LOAD, 0, 0, FIRST_ARGUMENT
    yield IF_ANY_BIT, 0, 1, CLONE_THREAD
    yield RETURN, 0, 0, ALLOW
    yield RETURN, 0, 0, KILL
