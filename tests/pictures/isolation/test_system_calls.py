"""The filter of system calls, on both machines: its numbers, and what it decides."""

from __future__ import annotations

import errno
import re
from pathlib import Path

import pytest

from pictures.isolation.system_calls import (
    ALLOW,
    ALLOWED,
    AUDIT_ARCH,
    CLONE,
    CLONE3,
    CLONE_THREAD,
    ERROR,
    INSTRUCTION,
    KILL,
    MACHINES,
    MMAP,
    REFUSED,
    build_filter,
)

HEADERS = Path("/usr/include")
ALL = ALLOWED | REFUSED | {"mmap": MMAP, "clone": CLONE, "clone3": CLONE3}
FORBIDDEN = {
    "socket": (41, 198),
    "connect": (42, 203),
    "sendmsg": (46, 211),
    "execve": (59, 221),
    "kill": (62, 129),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "prlimit64": (302, 261),
    "dup": (32, 23),
    "memfd_create": (319, 279),
    "io_uring_setup": (425, 425),
    "pidfd_getfd": (438, 438),
}


def read_numbers(path: Path) -> dict[str, int]:
    """Return the numbers that a header of the kernel defines."""
    text = path.read_text()
    found = re.findall(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)", text, re.MULTILINE)
    numbers = {name: int(number) for name, number in found}
    # asm-generic/unistd.h: the same call, by its name on machines of 64 bits.
    return numbers | {
        "newfstatat": numbers.get("newfstatat", numbers.get("fstatat", 0))
    }


def decide(machine: str, number: int, *arguments: int, arch: int | None = None) -> int:
    """Return what the filter answers to a call, as the kernel would run it."""
    audited = AUDIT_ARCH[MACHINES[machine]] if arch is None else arch
    data = number.to_bytes(4, "little") + audited.to_bytes(4, "little") + bytes(8)
    padded = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    data += b"".join(argument.to_bytes(8, "little") for argument in padded)
    program = list(INSTRUCTION.iter_unpack(build_filter(machine)))
    at = loaded = 0
    while True:
        code, if_true, if_false, operand = program[at]
        at += 1
        if code == 0x06:
            return int(operand)
        if code == 0x20:
            loaded = int.from_bytes(data[operand : operand + 4], "little")
            continue
        holds = {0x15: loaded == operand, 0x45: bool(loaded & operand)}[code]
        at += if_true if holds else if_false


@pytest.mark.parametrize(
    ("column", "header"),
    [(0, "x86_64-linux-gnu/asm/unistd_64.h"), (1, "asm-generic/unistd.h")],
    ids=["x86-64", "arm64"],
)
def test_numbers_are_the_kernels(column: int, header: str) -> None:
    """Every number is the one of the kernel's header for that machine."""
    if not (HEADERS / header).exists():
        pytest.skip("the kernel's headers are not installed (linux-libc-dev)")
    numbers = read_numbers(HEADERS / header)
    ours = {name: it[column] for name, it in (ALL | FORBIDDEN).items()}

    wrong = {name: it for name, it in ours.items() if it != numbers.get(name)}

    assert wrong == {}


@pytest.mark.parametrize("machine", MACHINES)
def test_what_is_decided_by_name(machine: str) -> None:
    """Calls are allowed, refused or fatal, and each is decided on once."""
    column = MACHINES[machine]

    def answers(table: dict[str, tuple[int | None, int | None]]) -> set[int]:
        """Return the different answers to all calls of a table."""
        numbers = [it[column] for it in table.values()]
        return {decide(machine, number) for number in numbers if number is not None}

    assert answers(ALLOWED) == {ALLOW}
    assert answers(REFUSED) == {ERROR | errno.EACCES}
    assert answers({**FORBIDDEN}) == {KILL}
    assert decide(machine, 100_000) == KILL
    numbers = [it[column] for it in ALL.values() if it[column] is not None]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("machine", MACHINES)
def test_threads_but_no_processes(machine: str) -> None:
    """Clone makes threads alone, and clone3 sends glibc to clone."""
    column = MACHINES[machine]
    threads = 0x3D0F00  # glibc's flags for a thread
    forks = 0x1200011  # glibc's flags for a process

    assert threads & CLONE_THREAD
    assert decide(machine, CLONE[column], threads) == ALLOW
    assert decide(machine, CLONE[column], forks) == KILL
    assert decide(machine, CLONE3[column]) == ERROR | errno.ENOSYS


@pytest.mark.parametrize("machine", MACHINES)
def test_memory_of_its_own_alone(machine: str) -> None:
    """Shared memory counts towards no limit, so it is forbidden."""
    number = MMAP[MACHINES[machine]]

    assert decide(machine, number, 0, 4096, 3, 0x22) == ALLOW
    assert decide(machine, number, 0, 4096, 3, 0x21) == ERROR | errno.EACCES
    assert decide(machine, number, 0, 4096, 3, 0x03) == ERROR | errno.EACCES


def test_other_machine() -> None:
    """A call by the numbers of another machine ends the process."""
    assert decide("x86_64", 0, arch=AUDIT_ARCH[1]) == KILL
    assert decide("aarch64", 63, arch=0x4000_0028) == KILL  # 32 bits
    assert decide("x86_64", 0x4000_0000) == KILL  # x32
