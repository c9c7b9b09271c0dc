"""Pictures are turned upright, cut at the right place, and stay sharp."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from pictures.profile_picture import PictureSpec, make_profile_picture
from tests.pictures.checks import (
    assert_close,
    colour_at,
    corners,
    difference,
    show,
    similarity,
)
from tests.samples.pictures import (
    BLUE,
    GRAY,
    GREEN,
    RED,
    encode,
    exif,
    good,
    mosaic,
    photo,
    quadrants,
    ramp,
    xmp,
)

# How a picture that is upright is stored, by the orientation that says so.
STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("orientation", STORED)
def test_orientation_exif(name: str, orientation: int) -> None:
    """However a picture is stored, it is turned upright before it is cut."""
    upright = photo(300, 420)
    stored = upright.transpose(STORED[orientation])
    options: dict[str, Any] = {"quality": 95} if name != "PNG" else {}
    data = encode(stored, name, exif=exif(orientation), **options)

    made = make_profile_picture(data, PictureSpec(crop_position=0.1))

    expected = show(encode(upright, name, **options), crop_position=0.1)
    assert difference(Image.open(BytesIO(made.data)), expected) < 3
    assert (made.source_width, made.source_height) == (300, 420)


@pytest.mark.parametrize("orientation", STORED)
def test_orientation_draft(orientation: int) -> None:
    """A JPEG that is decoded at a fraction of its size is cut at the same place."""
    upright = photo(1_501, 2_003)
    stored = upright.transpose(STORED[orientation])
    data = encode(stored, "JPEG", quality=95, exif=exif(orientation))

    expected = show(encode(upright, "PNG", compress_level=0), crop_position=0.1)

    assert difference(show(data, crop_position=0.1), expected) < 1.5


@pytest.mark.parametrize("tags", [{}, {"exif": exif(1)}], ids=["alone", "with exif"])
@pytest.mark.parametrize("name", ["JPEG", "WEBP", "AVIF"])
def test_orientation_xmp(name: str, tags: dict[str, Any]) -> None:
    """XMP turns no picture: an editor that turned the pixels may have left it."""
    data = encode(quadrants(), name, quality=95, xmp=xmp(3), **tags)

    for found, expected in zip(
        corners(show(data)), (RED, GREEN, BLUE, GRAY), strict=True
    ):
        assert_close(found, expected, within=6)


def test_orientation_heic() -> None:
    """A HEIC file's own turn is applied once, even if EXIF repeats it."""
    for found, expected in zip(
        corners(show(good()["heic"])), (BLUE, RED, GRAY, GREEN), strict=True
    ):
        assert_close(found, expected)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(b"Exif\0\0" + bytes(40), id="zeros"),
        pytest.param(b"Exif\0\0MM\0*\0\0\xff\xff", id="beyond the end"),
        pytest.param(b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\x01" * 30, id="junk"),
        pytest.param(exif(6).tobytes()[:-12], id="cut"),
        pytest.param(exif(9).tobytes(), id="no such orientation"),
    ],
)
@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP"])
def test_orientation_broken(name: str, broken: bytes) -> None:
    """Broken EXIF costs neither the picture nor a warning."""
    made = make_profile_picture(encode(quadrants(), name, exif=broken), PictureSpec())

    assert {made.source_width, made.source_height} == {80, 60}


@pytest.mark.parametrize(
    ("position", "first"),
    [(0.0, 0), (0.25, 32), (None, 25.5), (0.5, 64), (1.0, 127)],
    ids=["top", "quarter", "auto", "centre", "bottom"],
)
def test_crop_portrait(position: float | None, first: float) -> None:
    """The position says how much of a high picture's surplus goes at the top."""
    made = show(encode(ramp(300, 600), "PNG"), crop_position=position)

    assert colour_at(made, 150, 0)[0] == pytest.approx(first, abs=2)
    assert colour_at(made, 150, 299)[0] == pytest.approx(first + 127, abs=2)


@pytest.mark.parametrize("position", [0.0, None, 1.0])
def test_crop_landscape(position: float | None) -> None:
    """A wide picture is cut from both sides alike, for any position."""
    wide = ramp(300, 600).transpose(Image.Transpose.ROTATE_90)

    made = show(encode(wide, "PNG"), crop_position=position)

    assert colour_at(made, 0, 150)[0] == pytest.approx(64, abs=2)
    assert colour_at(made, 299, 150)[0] == pytest.approx(191, abs=2)


@pytest.mark.parametrize(
    ("name", "width", "height"),
    [
        pytest.param("JPEG", 1_400, 1_060, id="jpeg whole"),
        pytest.param("JPEG", 1_913, 1_434, id="jpeg half at its least"),
        pytest.param("JPEG", 3_821, 2_867, id="jpeg quarter at its least"),
        pytest.param("PNG", 2_001, 1_434, id="averaged by two"),
    ],
)
def test_sharpness(name: str, width: int, height: int) -> None:
    """Decoding and averaging fewer pixels costs no visible quality."""
    options = {"quality": 92} if name == "JPEG" else {"compress_level": 1}
    data = encode(mosaic(width, height), name, **options)
    left = (width - height) / 2
    full = Image.open(BytesIO(data)).resize(
        (512, 512), Image.Resampling.LANCZOS, (left, 0, left + height, height)
    )

    made = show(data, quality=95)

    assert similarity(made, show(encode(full, "PNG"), quality=95)) >= 0.99
