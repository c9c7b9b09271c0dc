"""The orientation in EXIF; nothing else of EXIF is read."""

from __future__ import annotations

from typing import Literal

PREFIX = b"Exif\0\0"
ORIENTATION = 0x0112
FORMATS = {1: 1, 3: 2, 4: 4}  # bytes of the whole numbers that TIFF 6.0 knows
MAX_ENTRIES = 1_000  # of a directory; cameras write about 30


def read_orientation(exif: bytes | memoryview | None) -> int:
    """
    Return the orientation of an EXIF block, 1 if it has no such field.

    Args:
        exif: The block, with or without its prefix. A picture with broken EXIF is shown
            as it is stored, as browsers do.
    """
    block = bytes(exif or b"")
    while block.startswith(PREFIX):
        block = block.removeprefix(PREFIX)
    order: Literal["little", "big"] = "little" if block[:2] == b"II" else "big"
    if block[:2] not in (b"II", b"MM") or len(block) < 10:
        return 1
    directory = int.from_bytes(block[4:8], order)
    count = int.from_bytes(block[directory : directory + 2], order)
    orientation = 1
    for i in range(min(count, MAX_ENTRIES)):
        entry = block[directory + 2 + 12 * i : directory + 14 + 12 * i]
        if len(entry) == 12 and int.from_bytes(entry[:2], order) == ORIENTATION:
            orientation = _read_number(entry, order)
    return orientation if 1 <= orientation <= 8 else 1


def _read_number(entry: bytes, order: Literal["little", "big"]) -> int:
    """Return the number that a directory entry of one whole number holds, else 1."""
    width = FORMATS.get(int.from_bytes(entry[2:4], order), 0)
    if not width or int.from_bytes(entry[4:8], order) != 1:
        return 1
    return int.from_bytes(entry[8 : 8 + width], order)
