"""Rejected files, and the reasons."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from outcome import Reason
from pictures.errors import PictureRejected
from pictures.formats.jpeg import MAX_SCANS
from pictures.profile_picture import PictureSpec, make_profile_picture
from tests.pictures.checks import NEEDED_SEGMENTS, SPEC, rejection, segments
from tests.samples.pictures import (
    PICTURES,
    broken,
    encode,
    foreign,
    good,
    png_header,
    quadrants,
)

GOOD, FOREIGN, BROKEN = good(), foreign(), broken()


@pytest.mark.parametrize("name", FOREIGN)
def test_make_profile_picture_foreign(name: str) -> None:
    """A file of any other kind is not a picture."""
    error = rejection(FOREIGN[name])

    assert error.reason is Reason.NOT_A_PICTURE
    assert error.format is None
    names = "the content is none of JPEG, PNG, WEBP, GIF, AVIF, HEIC, BMP"
    assert str(error).partition(";")[0] == names


@pytest.mark.parametrize("name", BROKEN)
def test_make_profile_picture_broken(name: str) -> None:
    """A file that cannot be decoded is rejected, and its format is named."""
    error = rejection(BROKEN[name])

    assert error.reason is Reason.BROKEN_PICTURE
    assert error.format == name.split("-")[0]
    assert "picture is damaged or cut short" in str(error)


def test_rejection_size() -> None:
    """A rejection has width and height if they are known."""
    known, unknown = rejection(BROKEN["jpeg-cut"]), rejection(BROKEN["jpeg-begun"])

    assert (known.width, known.height) == (80, 60)
    assert (unknown.width, unknown.height) == (None, None)


def test_make_profile_picture_empty() -> None:
    """No bytes are a reason of their own."""
    assert rejection(b"").reason is Reason.EMPTY_OBJECT


def test_make_profile_picture_too_many_bytes() -> None:
    """The limit on bytes is exact, and is looked at first."""
    data = FOREIGN["text"]

    assert (
        rejection(data, PictureSpec(max_bytes=len(data))).reason is Reason.NOT_A_PICTURE
    )
    assert (
        rejection(data, PictureSpec(max_bytes=len(data) - 1)).reason
        is Reason.TOO_MANY_BYTES
    )


def test_make_profile_picture_too_many_pixels() -> None:
    """The limit on pixels is exact, and is looked at before a pixel is decoded."""
    data = png_header(300, 200)

    inside = rejection(data, PictureSpec(max_pixels=60_000))
    outside = rejection(data, PictureSpec(max_pixels=59_999))

    assert inside.reason is Reason.BROKEN_PICTURE  # decoded, and there are no pixels
    assert outside.reason is Reason.TOO_MANY_PIXELS
    assert (outside.format, outside.width, outside.height) == ("png", 300, 200)


def test_make_profile_picture_too_many_pixels_for_webp() -> None:
    """A format whose decoder takes more memory has a lower limit, and says so."""
    data = encode(Image.new("RGB", (300, 200)), "WEBP")

    inside = make_profile_picture(data, PictureSpec(max_pixels=75_000))
    outside = rejection(data, PictureSpec(max_pixels=74_999))

    assert inside.source_format == "webp"
    assert outside.reason is Reason.TOO_MANY_PIXELS
    assert "; 59,999 pixels are allowed for WEBP" in str(outside)


def test_make_profile_picture_too_many_pixels_for_unusual_heic() -> None:
    """HEIC as phones make it has the whole limit, what takes twice the memory half."""
    usual = (PICTURES / "heic-largest.heic").read_bytes()
    unusual = (PICTURES / "heic-10-bit-alpha-largest.heic").read_bytes()

    whole = rejection(usual, PictureSpec(max_pixels=49_990_000))
    half = rejection(unusual, PictureSpec(max_pixels=49_999_998))

    assert "; 49.99 megapixels are allowed for HEIC" in str(whole)
    assert "; 24.999999 megapixels are allowed for HEIC" in str(half)


@pytest.mark.parametrize("side", [9_500, 14_000, 60_000, 2**31 - 1])
def test_make_profile_picture_bomb(side: int) -> None:
    """A file of a few bytes that claims a huge picture runs into the same limit."""
    assert rejection(png_header(side, side)).reason is Reason.TOO_MANY_PIXELS


def test_make_profile_picture_webp_bomb() -> None:
    """A decoder that refuses a huge picture by itself gives the same reason."""
    data = bytearray(GOOD["webp-animated"])
    data[24:30] = b"\xff\x3f\x00\xff\x3f\x00"  # the canvas: 16384 x 16384

    error = rejection(bytes(data))

    assert error.reason is Reason.TOO_MANY_PIXELS
    assert error.format == "webp"


def test_make_profile_picture_scan_bomb() -> None:
    """A JPEG of endless scans, each cheap to send and dear to decode, is rejected."""
    data = encode(quadrants(), "JPEG", progressive=True)
    scan = data[data.rindex(b"\xff\xda") : -2]
    left = MAX_SCANS - data.count(b"\xff\xda\x00")

    few = make_profile_picture(data[:-2] + left * scan + data[-2:], SPEC)
    many = rejection(data[:-2] + (left + 1) * scan + data[-2:])

    assert few.size == 240
    assert many.reason is Reason.BROKEN_PICTURE
    assert "TooManyScans" in str(many)


@settings(
    max_examples=1_200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.data())
def test_make_profile_picture_damaged(data: st.DataObject) -> None:
    """A file with any damage either gives a picture or is rejected."""
    damaged = bytearray(GOOD[data.draw(st.sampled_from(sorted(GOOD)))])
    places = st.integers(0, len(damaged) - 1)
    for place in data.draw(st.lists(places, min_size=1, max_size=4)):
        damaged[place] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del damaged[data.draw(places) :]

    with suppress(PictureRejected):
        made = make_profile_picture(bytes(damaged), PictureSpec(max_pixels=1_000_000))

        assert segments(made.data) == NEEDED_SEGMENTS


@pytest.mark.parametrize("value", [0x00, 0x01, 0xFF])
def test_make_profile_picture_damaged_heic_box(value: int) -> None:
    """A damaged box of a HEIC file, metadata's too, never takes the process along."""
    for place in range(len(GOOD["heic"])):
        damaged = bytearray(GOOD["heic"])
        damaged[place] = value

        with suppress(PictureRejected):
            made = make_profile_picture(bytes(damaged), SPEC)

            assert segments(made.data) == NEEDED_SEGMENTS
