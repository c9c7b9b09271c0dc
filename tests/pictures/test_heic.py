"""HEIC: the primary picture and its profile, and nothing else of the file."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest
from PIL import Image

from pictures.formats import heic
from tests.samples.pictures import BLUE, GRAY, GREEN, HEIC, RED

SAMPLE = HEIC.read_bytes()
PROFILE = b"a colour profile of so many bytes"


def with_profile(kind: bytes, profile: bytes) -> bytes:
    """Return the sample, the numbers of its colours replaced by a profile."""
    start = SAMPLE.index(b"colrnclx") - 4
    end = start + int.from_bytes(SAMPLE[start : start + 4])
    box = struct.pack(">I4s4s", 12 + len(profile), b"colr", kind) + profile
    added = len(box) - (end - start)
    data = bytearray(SAMPLE[:start] + box + SAMPLE[end:])
    for parent in (b"meta", b"iprp", b"ipco"):
        place = data.index(parent) - 4
        size = int.from_bytes(data[place : place + 4]) + added
        data[place : place + 4] = size.to_bytes(4)
    pixels = SAMPLE.index(b"mdat") + 4
    located = SAMPLE.index(pixels.to_bytes(4), SAMPLE.index(b"iloc"))
    assert located < start
    data[located : located + 4] = (pixels + added).to_bytes(4)
    return bytes(data)


def test_open() -> None:
    """The header is enough to know size and mode, turned upright."""
    picture = heic.HEICFile(BytesIO(SAMPLE))

    assert (picture.format, picture.mode, picture.size) == ("HEIF", "RGB", (60, 80))
    assert picture.info == {"cicp": (1, 13, 6, 1)}


def test_load() -> None:
    """The pixels are decoded once, upright, and stay."""
    picture = heic.HEICFile(BytesIO(SAMPLE))

    picture.load()
    picture.load()

    corners = [(5, 5), (54, 5), (5, 74), (54, 74)]
    for place, colour in zip(corners, (BLUE, RED, GRAY, GREEN), strict=True):
        shown = picture.getpixel(place)
        assert isinstance(shown, tuple)
        assert max(abs(a - b) for a, b in zip(shown, colour, strict=True)) < 12


@pytest.mark.parametrize("kind", [b"prof", b"rICC"])
def test_profile(kind: bytes) -> None:
    """A colour profile is handed on, and is all that is."""
    picture = heic.HEICFile(BytesIO(with_profile(kind, PROFILE)))

    picture.load()

    assert picture.info == {"icc_profile": PROFILE}
    assert picture.size == (60, 80)


def test_no_plugin() -> None:
    """Pillow itself does not learn to open HEIC files."""
    assert "HEIF" not in Image.OPEN
