"""Fields of HEVC's sequence parameter sets (ITU-T H.265, 7.3)."""

from __future__ import annotations

from collections.abc import Iterator

from .bits import BitReader

SPS = 33
SPS_BYTES = 200  # that hold the size, with any fields before it
PROFILE_BITS, LEVEL_BITS = 88, 8


def find_config_units(config: memoryview) -> Iterator[memoryview]:
    """Yield the units that an `hvcC` box holds."""
    at = 23
    for _ in range(config[22] if len(config) > 22 else 0):
        count, at = int.from_bytes(config[at + 1 : at + 3]), at + 3
        for _ in range(count):
            if at + 2 > len(config):
                return
            length, at = int.from_bytes(config[at : at + 2]), at + 2
            yield config[at : at + length]
            at += length


def find_units(data: memoryview, width: int) -> Iterator[memoryview]:
    """Yield the units of coded data; each comes behind its length of some bytes."""
    at = 0
    while at + width <= len(data):
        length, at = int.from_bytes(data[at : at + width]), at + width
        yield data[at : at + length]
        at += length


def read_size(unit: memoryview) -> tuple[int, int] | None:
    """Return width and height from a unit, if it is a set of the base layer."""
    is_set = len(unit) > 2 and unit[0] >> 1 & 0x3F == SPS
    if not is_set or unit[0] & 1 or unit[1] >> 3:
        return None
    # A byte 3 behind two zeros only keeps them from looking like a unit's beginning.
    content = unit[2:SPS_BYTES].tobytes().replace(b"\0\0\3", b"\0\0")
    bits = BitReader(content)
    bits.read(4)
    layers, _ = bits.read(3), bits.read(1)
    bits.read(PROFILE_BITS + LEVEL_BITS)
    has = [(bits.read(1), bits.read(1)) for _ in range(8 if layers else 0)][:layers]
    for has_profile, has_level in has:
        bits.read(PROFILE_BITS * has_profile + LEVEL_BITS * has_level)
    bits.read_golomb()
    if bits.read_golomb() == 3:  # 4:4:4
        bits.read(1)
    return bits.read_golomb(), bits.read_golomb()
