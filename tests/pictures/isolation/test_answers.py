"""The function's checks of a worker's answer."""

from __future__ import annotations

from typing import Any

import pytest

from outcome import Reason
from pictures.errors import PictureRejected
from pictures.isolation.answers import (
    MAX_JPEG,
    REASONS,
    describe,
    describe_rejection,
    read_overview,
    read_picture,
)
from pictures.isolation.channel import BadMessage, Message
from pictures.model import PictureSpec
from pictures.profile_picture import make_profile_picture
from tests.samples.pictures import encode, exif, good, photo

SPEC = PictureSpec()
MADE = make_profile_picture(good()["jpeg"], SPEC)
REJECTION: dict[str, Any] = {
    "rejected": "broken-picture",
    "message": "it is broken",
    "format": "png",
    "size": [3, 4],
}


def answer(data: bytes = MADE.data, **changed: Any) -> Message:
    """Return a worker's answer, with fields that are not as they should be."""
    header = describe(MADE)
    header["made"].update(changed)
    return Message(header, data)


def test_picture() -> None:
    """A picture comes as it was made."""
    assert read_picture(answer(), SPEC) == MADE


@pytest.mark.parametrize("quality", [50, 95])
@pytest.mark.parametrize("size", [240, 1024])
def test_picture_of_any_spec(quality: int, size: int) -> None:
    """Pictures of any accepted settings pass the checks."""
    spec = PictureSpec(quality=quality, size=size)
    made = make_profile_picture(encode(photo(1_100, 1_100), "PNG"), spec)

    assert len(made.data) < MAX_JPEG
    assert read_picture(Message(describe(made), made.data), spec) == made


@pytest.mark.parametrize(
    "changed",
    [
        {"size": 0},
        {"size": MADE.size + 1},
        {"size": True},
        {"size": "240"},
        {"source_format": "exe"},
        {"source_format": ["png"]},
        {"source_width": -1},
        {"source_width": 1.5},
        {"source_height": 2**40},
        {"crop_position": 1.1},
        {"crop_position": float("nan")},
        {"crop_position": None},
    ],
    ids=str,
)
def test_picture_of_false_fields(changed: dict[str, Any]) -> None:
    """A field of another type, or out of its range, is not believed."""
    with pytest.raises(BadMessage):
        read_picture(answer(**changed), SPEC)


@pytest.mark.parametrize("header", [{}, {"made": []}, {"made": {}}, {"overview": True}])
def test_no_picture(header: dict[str, Any]) -> None:
    """An answer of another shape is refused."""
    with pytest.raises(BadMessage):
        read_picture(Message(header, MADE.data), SPEC)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        MADE.data[:-1],
        MADE.data[:200],
        MADE.data + b"<html>",
        MADE.data[:-2] + b"\xff\xe1ab\xff\xd9",
        MADE.data[:2] + b"\xff\xe1\0\4ab" + MADE.data[2:],
        MADE.data[:2] + b"\xff\xfe\0\5abc" + MADE.data[2:],
        b"\xff\xd8\xff\xd9",
        encode(photo(240, 240), "JPEG", exif=exif(1)),
        encode(photo(240, 239), "JPEG"),
        encode(photo(240, 240), "PNG"),
    ],
    ids=lambda data: f"{len(data)} bytes",
)
def test_no_jpeg_of_ours(data: bytes) -> None:
    """The bytes must be one JPEG of the stated size, without metadata."""
    with pytest.raises(BadMessage):
        read_picture(answer(data), SPEC)


def test_larger_than_wanted() -> None:
    """A picture larger than the settings want is not taken."""
    with pytest.raises(BadMessage):
        read_picture(answer(), PictureSpec(size=MADE.size - 1))


@pytest.mark.parametrize("reason", REASONS.values())
def test_rejection(reason: Reason) -> None:
    """A rejection keeps its reason and message."""
    error = PictureRejected(reason, "because", source_format="gif", size=(5, 6))

    with pytest.raises(PictureRejected) as caught:
        read_picture(Message(describe_rejection(error)), SPEC)

    got = caught.value
    assert (got.reason, str(got), got.format) == (reason, "because", "gif")
    assert (got.width, got.height) == (5, 6)


@pytest.mark.parametrize(
    "changed",
    [
        {"rejected": "unknown-user"},
        {"rejected": "picture-set"},
        {"rejected": ["broken-picture"]},
        {"message": "two\nlines"},
        {"message": "x" * 201},
        {"message": "\x1b[31mred"},
        {"message": None},
        {"format": "../etc"},
        {"size": [1]},
        {"size": "ab"},
        {"size": [0, 1]},
    ],
    ids=str,
)
def test_false_rejection(changed: dict[str, Any]) -> None:
    """Nothing gets into a log line that our own code would not write."""
    with pytest.raises(BadMessage):
        read_picture(Message(REJECTION | changed), SPEC)


def test_overview() -> None:
    """An overview is a small JPEG, whose size is read from itself."""
    data = encode(photo(1_024, 300), "JPEG")

    assert read_overview(Message({"overview": True}, data)).size == (1_024, 300)
    for wrong in (encode(photo(1_025, 300), "JPEG"), encode(photo(9, 9), "PNG"), b""):
        with pytest.raises(BadMessage):
            read_overview(Message({"overview": True}, wrong))
