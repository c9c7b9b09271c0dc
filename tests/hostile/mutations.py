"""Damage files at random, with an eye for what they are made of."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from random import Random
from typing import Literal

from tests.hostile.structure import parts

CANARY = b"<script>taken-at-home</script>"  # what no profile picture may hold
EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
ORDERS: tuple[Literal["big", "little"], ...] = ("big", "little")


def mutate(random: Random, name: str, data: bytes) -> bytes:
    """Return a file with one to four kinds of damage, its CRCs mended or not."""
    for _ in range(random.randint(1, 4)):
        change = random.choice(CHANGES)
        data = change(random, data, parts(name, data) if len(data) > 32 else [0])
    return mend(data) if name == "png" and random.random() < 0.8 else data


def mend(data: bytes) -> bytes:
    """Return a PNG file whose chunks all have the CRC that they need."""
    mended = bytearray(data)
    starts = parts("png", data)
    for start in starts[:-1]:
        end = start + 8 + int.from_bytes(data[start : start + 4])
        if end + 4 <= len(data):
            mended[end : end + 4] = zlib.crc32(data[start + 4 : end]).to_bytes(4)
    return bytes(mended)


def _flip(random: Random, data: bytes, starts: list[int]) -> bytes:
    """Flip a few bits anywhere."""
    changed = bytearray(data)
    for _ in range(random.randint(1, 8) if data else 0):
        changed[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _number(random: Random, data: bytes, starts: list[int]) -> bytes:
    """Put a number on the edge of what its width holds near the start of a part."""
    width = random.choice((1, 2, 4))
    number: int = random.choice(EXTREMES) % 256**width
    at = min(random.choice(starts) + random.randrange(24), max(len(data) - width, 0))
    value = number.to_bytes(width, random.choice(ORDERS))
    return data[:at] + value + data[at + width :]


def _cut(random: Random, data: bytes, starts: list[int]) -> bytes:
    """End the file at a part, or a few bytes beside it."""
    return data[: max(random.choice(starts) + random.randint(-3, 12), 1)]


def _take(random: Random, data: bytes, starts: list[int]) -> tuple[int, bytes]:
    """Return the offset of a part, and the part."""
    i = random.randrange(len(starts))
    return starts[i], data[starts[i] : (*starts, len(data))[i + 1]]


def _drop(random: Random, data: bytes, starts: list[int]) -> bytes:
    """Leave a part out."""
    at, part = _take(random, data, starts)
    return data[:at] + data[at + len(part) :]


def _repeat(random: Random, data: bytes, starts: list[int]) -> bytes:
    """Put a part in at another place, once or many times."""
    _, part = _take(random, data, starts)
    at = random.choice(starts)
    return data[:at] + part[:4_000] * random.choice((1, 2, 50)) + data[at:]


def _insert(random: Random, data: bytes, starts: list[int]) -> bytes:
    """Put foreign text in between two parts, or behind the last."""
    at = random.choice(starts)
    return data[:at] + CANARY * random.randint(1, 9) + data[at:]


CHANGES: tuple[Callable[[Random, bytes, list[int]], bytes], ...] = (
    *(_flip, _number, _number, _cut, _drop, _repeat, _insert),
)
