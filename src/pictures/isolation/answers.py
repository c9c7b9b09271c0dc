"""
A worker's answers, and the function's checks of them.

A worker may have been taken over by the file that it decoded: each answer is checked
here before it is used, and a log line gets only short, plain text of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from outcome import Reason

from ..errors import PictureRejected
from ..model import FORMATS, Overview, PictureSpec, ProfilePicture
from .channel import BadMessage, Message

MAX_JPEG = 4_000_000  # bytes of a picture or an overview; both have 1,024 px at most
MOST = 2**32  # px of a side
OUT_OF_MEMORY = 3  # the exit code of a worker that has no memory to answer
OVERVIEW = 1_024  # px of an overview's longer side, at most

# The reasons that a worker may give; the function sees by itself how it ended.
REASONS = {
    reason.value: reason
    for reason in (
        Reason.BROKEN_PICTURE,
        Reason.DECODER_CRASHED,
        Reason.DECODER_OUT_OF_MEMORY,
        Reason.EMPTY_OBJECT,
        Reason.FORMAT_NOT_ACCEPTED,
        Reason.NOT_A_PICTURE,
        Reason.TOO_MANY_BYTES,
        Reason.TOO_MANY_PIXELS,
    )
}

# ITU T.81, table B.1
START, END, SCAN = 0xD8, 0xD9, 0xDA
FRAMES = {0xC0, 0xC2}  # baseline and progressive
SEGMENTS = {0xE0, 0xDB, 0xC4, 0xDD} | FRAMES  # JFIF, tables, and no metadata


# The fields of a picture that are not in the header: its bytes, and what the function
# found itself.
APART = {"data", "focus", "focus_seconds"}
TOLD = {it.name: it.type for it in fields(ProfilePicture) if it.name not in APART}


def describe(picture: ProfilePicture) -> dict[str, Any]:
    """Return the header of a picture's message."""
    return {"made": {name: getattr(picture, name) for name in TOLD}}


def describe_rejection(error: PictureRejected) -> dict[str, Any]:
    """Return the header of a rejection's message."""
    size = [error.width, error.height] if error.width else None
    return {
        "rejected": error.reason.value,
        "message": str(error),
        "format": error.format,
        "size": size,
    }


def read_picture(message: Message, spec: PictureSpec) -> ProfilePicture:
    """
    Return the picture that a worker made.

    Raises:
        PictureRejected: The worker says that the file is to be rejected.
        BadMessage: The answer is not one that our code gives.
    """
    header = message.header
    if "rejected" in header:
        raise _read_rejection(header)
    made = header.get("made")
    if not isinstance(made, dict):
        raise BadMessage
    values = {name: READERS[kind](made.get(name)) for name, kind in TOLD.items()}
    size = values["size"]
    if size > spec.size or _read_jpeg_size(message.payload) != (size, size):
        raise BadMessage
    return ProfilePicture(data=message.payload, **values)


def read_overview(message: Message) -> Overview:
    """
    Return the overview that a worker made.

    Raises:
        BadMessage: It is not a small JPEG without metadata.
    """
    size = _read_jpeg_size(message.payload)
    if max(size) > OVERVIEW:
        raise BadMessage
    return Overview(message.payload, size)


def _read_rejection(header: Mapping[str, Any]) -> PictureRejected:
    """Return the rejection that a worker asks for."""
    reason, text, size = (header.get(name) for name in ("rejected", "message", "size"))
    if not (isinstance(reason, str) and reason in REASONS and isinstance(text, str)):
        raise BadMessage
    if not re.fullmatch(r"[\x20-\x7e]{1,200}", text):
        raise BadMessage
    name = header.get("format")
    if size is not None:
        if not isinstance(size, list) or len(size) != 2:
            raise BadMessage
        size = _read_number(size[0]), _read_number(size[1])
    return PictureRejected(
        REASONS[reason],
        text,
        source_format=None if name is None else _read_format(name),
        size=size,
    )


def _read_format(name: Any) -> str:
    """Return a format's name."""
    if name not in FORMATS:
        raise BadMessage
    return str(name)


def _read_number(number: Any) -> int:
    """Return a number of pixels."""
    if type(number) is not int or not 0 < number <= MOST:
        raise BadMessage
    return number


def _read_share(number: Any) -> float:
    """Return a share of a picture's width or height."""
    if type(number) not in (int, float) or not 0 <= number <= 1:
        raise BadMessage
    return float(number)


def _read_switch(value: Any) -> bool:
    """Return whether something is so."""
    if type(value) is not bool:
        raise BadMessage
    return value


# The values that a field may have, by the type that the class gives it.
READERS: dict[Any, Callable[[Any], Any]] = {
    "int": _read_number,
    "float": _read_share,
    "str": _read_format,
    "bool": _read_switch,
}


def _read_jpeg_size(jpeg: bytes) -> tuple[int, int]:
    """
    Return width and height of a JPEG file that holds only a picture.

    Raises:
        BadMessage: It has other segments than ours have, or bytes behind its end.
    """
    size = None
    for marker, body in _split(jpeg):
        if marker not in SEGMENTS:
            raise BadMessage
        if marker in FRAMES and len(body) >= 5:
            height, width = int.from_bytes(body[1:3]), int.from_bytes(body[3:5])
            size = width, height
    if size is None or 0 in size:
        raise BadMessage
    return size


def _split(jpeg: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield marker and body of each segment of a JPEG file before its only scan."""
    at = 2
    if jpeg[:2] != bytes((0xFF, START)) or jpeg[-2:] != bytes((0xFF, END)):
        raise BadMessage
    while jpeg[at : at + 1] == b"\xff" and jpeg[at + 1] != SCAN:
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4])
        yield jpeg[at + 1], jpeg[at + 4 : end]
        at = max(end, at + 4)
    scan = jpeg[at:-2]
    # Within a scan 0xff is followed by a zero or a restart's number.
    if scan[:2] != bytes((0xFF, SCAN)) or re.search(rb"\xff[^\x00\xd0-\xd7]", scan[2:]):
        raise BadMessage
