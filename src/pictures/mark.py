"""The mark in each JPEG that we make: it says that the picture is ours, and of what."""

from __future__ import annotations

import re

PREFIX = "authgear-s3-profile-pictures"
_START = b"\xff\xd8"
_COMMENT = 0xFE
_SCAN = 0xDA
_MARK = re.compile(rf"{PREFIX} ([0-9a-f]{{1,64}})")


def add_mark(jpeg: bytes, mark: str) -> bytes:
    """
    Return a JPEG file with a comment that holds the mark.

    Args:
        jpeg: A JPEG file without comments.

        mark: A hash in hexadecimal digits.
    """
    text = f"{PREFIX} {mark}".encode()
    comment = bytes((0xFF, _COMMENT)) + (len(text) + 2).to_bytes(2) + text
    # Behind JFIF's own segment, which must come first (ITU-T T.871, 10.1).
    end = _end_of_segment(jpeg, 2) if jpeg[2:4] == b"\xff\xe0" else 2
    return jpeg[:end] + comment + jpeg[end:]


def read_mark(jpeg: bytes) -> str:
    """
    Return the mark in a JPEG file, empty if absent.

    Args:
        jpeg: The beginning of a file, of any content.
    """
    position = 2 if jpeg.startswith(_START) else len(jpeg)
    while position + 4 <= len(jpeg) and jpeg[position] == 0xFF:
        marker, end = jpeg[position + 1], _end_of_segment(jpeg, position)
        if marker == _SCAN or end <= position + 3:
            return ""
        if marker == _COMMENT:
            text = jpeg[position + 4 : end].decode("latin-1")
            found = _MARK.fullmatch(text)
            if found:
                return found[1]
        position = end
    return ""


def _end_of_segment(jpeg: bytes, position: int) -> int:
    """Return where the segment that begins at a position ends."""
    return position + 2 + int.from_bytes(jpeg[position + 2 : position + 4])
