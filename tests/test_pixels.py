"""What the finished picture shows: turned, cut, coloured and sharp as it should be."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from picture import PictureSpec, make_profile_picture
from tests import icc_profiles
from tests.sample_pictures import (
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

Colour = tuple[int, ...]

WHITE = (255, 255, 255)
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


def show(data: bytes, **spec: Any) -> Image.Image:
    """Return the finished picture of a file."""
    return Image.open(BytesIO(make_profile_picture(data, PictureSpec(**spec)).data))


def corners(picture: Image.Image) -> list[Colour]:
    """Return the colours near the four corners."""
    near, far = picture.width // 8, picture.width * 7 // 8
    return [colour_at(picture, x, y) for y in (near, far) for x in (near, far)]


def colour_at(picture: Image.Image, x: int, y: int) -> Colour:
    """Return the colour of one pixel."""
    colour = picture.getpixel((x, y))
    assert isinstance(colour, tuple)
    return colour


def centre(picture: Image.Image) -> Colour:
    """Return the colour in the middle."""
    return colour_at(picture, picture.width // 2, picture.height // 2)


def assert_close(found: Colour, expected: Colour, within: int = 3) -> None:
    """Check that two colours look the same."""
    pairs = zip(found, expected, strict=True)
    assert max(abs(a - b) for a, b in pairs) <= within, (found, expected)


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of two pictures' values, 0 to 255."""
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


def similarity(one: Image.Image, other: Image.Image, block: int = 8) -> float:
    """Return SSIM of the brightness, over blocks, 1 where the pictures are equal."""
    width, height = one.size
    a, b = one.convert("L").tobytes(), other.convert("L").tobytes()
    values = []
    for top in range(0, height - block + 1, block):
        for left in range(0, width - block + 1, block):
            rows = [(top + row) * width + left for row in range(block)]
            xs = [v for row in rows for v in a[row : row + block]]
            ys = [v for row in rows for v in b[row : row + block]]
            values.append(block_similarity(xs, ys))
    return sum(values) / len(values)


def block_similarity(xs: list[int], ys: list[int]) -> float:
    """Return SSIM of two blocks, after Wang et al. 2004."""
    n, c1, c2 = len(xs), (0.01 * 255) ** 2, (0.03 * 255) ** 2
    mx, my = sum(xs) / n, sum(ys) / n
    vx = sum(x * x for x in xs) / n - mx * mx
    vy = sum(y * y for y in ys) / n - my * my
    cov = sum(x * y for x, y in zip(xs, ys, strict=True)) / n - mx * my
    return ((2 * mx * my + c1) * (2 * cov + c2)) / (
        (mx * mx + my * my + c1) * (vx + vy + c2)
    )


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


def test_orientation_xmp() -> None:
    """The orientation may be in XMP instead."""
    data = encode(quadrants(), "JPEG", quality=95, subsampling=0, xmp=xmp(3))

    for found, expected in zip(
        corners(show(data)), (GRAY, BLUE, GREEN, RED), strict=True
    ):
        assert_close(found, expected)


def test_orientation_heic() -> None:
    """A HEIC file's own turn is applied once, though its EXIF tells of it too."""
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
    """A wide picture is cut from both sides alike, whatever the position."""
    wide = ramp(300, 600).transpose(Image.Transpose.ROTATE_90)

    made = show(encode(wide, "PNG"), crop_position=position)

    assert colour_at(made, 0, 150)[0] == pytest.approx(64, abs=2)
    assert colour_at(made, 299, 150)[0] == pytest.approx(191, abs=2)


@pytest.mark.parametrize(
    ("stored", "expected"),
    [((180, 100, 80), (193, 95, 74)), ((90, 90, 200), (90, 90, 207))],
    ids=["skin", "sky"],
)
@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_colour_display_p3(name: str, stored: Colour, expected: Colour) -> None:
    """Colours of Display P3 are converted, not merely relabelled."""
    options: dict[str, Any] = {"quality": 98} if name != "PNG" else {}
    picture = Image.new("RGB", (300, 300), stored)
    data = encode(picture, name, icc_profile=icc_profiles.display_p3(), **options)

    assert_close(centre(show(data, quality=95)), expected, within=2)


def test_colour_display_p3_transparent() -> None:
    """A profile is applied to the colours, and transparency is kept."""
    picture = Image.new("RGBA", (300, 300), (180, 100, 80, 255))
    picture.paste((0, 0, 0, 0), (0, 0, 150, 300))
    data = encode(picture, "PNG", icc_profile=icc_profiles.display_p3())

    made = show(data, background="#102030")

    assert_close(colour_at(made, 30, 150), (0x10, 0x20, 0x30))
    assert_close(colour_at(made, 270, 150), (193, 95, 74))


def test_colour_display_p3_palette() -> None:
    """A palette is resolved before its profile is applied."""
    picture = Image.new("RGB", (300, 300), (180, 100, 80)).quantize(2)
    data = encode(picture, "PNG", icc_profile=icc_profiles.display_p3())

    assert_close(centre(show(data)), (193, 95, 74))


def test_colour_gray_profile() -> None:
    """The profile of a gray picture is applied, too."""
    picture = Image.new("L", (300, 300), 128)
    data = encode(picture, "JPEG", icc_profile=icc_profiles.linear_gray())

    assert_close(centre(show(data)), (188, 188, 188))


def test_colour_cmyk_profile() -> None:
    """Inks look as their profile says."""
    picture = Image.new("CMYK", (300, 300), (255, 0, 0, 0))
    data = encode(picture, "JPEG", icc_profile=icc_profiles.orange_cyan())

    assert_close(centre(show(data)), (237, 126, 47))


def test_colour_cmyk() -> None:
    """Inks without a profile are converted plainly, and not inverted."""
    data = encode(Image.new("CMYK", (300, 300), (0, 200, 200, 0)), "JPEG", quality=95)

    assert_close(centre(show(data)), (255, 55, 55))


@pytest.mark.parametrize(
    "profile",
    [
        pytest.param(b"not a profile", id="text"),
        pytest.param(icc_profiles.display_p3()[:200], id="cut"),
        pytest.param(icc_profiles.linear_gray(), id="gray"),
        pytest.param(icc_profiles.orange_cyan(), id="inks"),
    ],
)
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_colour_unfit_profile(mode: str, profile: bytes) -> None:
    """A profile that is broken, or of another kind of colour, is passed over."""
    picture = Image.new("RGB", (300, 300), (180, 100, 80))
    picture = picture.quantize(2) if mode == "P" else picture.convert(mode)
    data = encode(picture, "PNG", icc_profile=profile)

    assert_close(centre(show(data)), (180, 100, 80))


@pytest.mark.parametrize("value", [0, 10_000, 40_000, 65_535])
def test_colour_16_bit(value: int) -> None:
    """A gray of 16 bits keeps its brightness."""
    data = encode(Image.new("I;16", (300, 300), value), "PNG")

    assert_close(centre(show(data)), (value // 256,) * 3)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(
            encode(Image.new("RGBA", (9, 9), (200, 0, 0, 0)), "PNG"), WHITE, id="clear"
        ),
        pytest.param(
            encode(Image.new("RGBA", (9, 9), (200, 0, 0, 128)), "WEBP", lossless=True),
            (227, 127, 127),
            id="half",
        ),
        pytest.param(
            encode(Image.new("LA", (9, 9), (0, 128)), "PNG"), (127,) * 3, id="half gray"
        ),
        pytest.param(
            encode(Image.new("RGB", (9, 9), RED), "PNG", transparency=RED),
            WHITE,
            id="one colour",
        ),
        pytest.param(
            encode(Image.new("L", (9, 9), 7), "PNG", transparency=7), WHITE, id="a gray"
        ),
        pytest.param(
            encode(Image.new("1", (9, 9)), "PNG", transparency=0), WHITE, id="black"
        ),
        pytest.param(
            encode(Image.new("P", (9, 9)), "GIF", transparency=0), WHITE, id="palette"
        ),
        pytest.param(
            encode(Image.new("RGBA", (9, 9), (0, 0, 0, 0)), "AVIF"), WHITE, id="avif"
        ),
    ],
)
def test_transparency(data: bytes, expected: Colour) -> None:
    """However transparency is stored, the background shows through."""
    assert_close(centre(show(data)), expected)


def test_transparency_edge() -> None:
    """The hidden colour of transparent pixels does not bleed into their neighbours."""
    picture = Image.new("RGBA", (2_000, 2_000), (0, 255, 0, 0))
    picture.paste((*RED, 255), (1_003, 0, 2_000, 2_000))

    made = show(encode(picture, "PNG"), background="#dc2828", quality=95)

    assert difference(made, Image.new("RGB", made.size, RED)) < 2


@pytest.mark.parametrize("name", ["GIF", "WEBP", "PNG", "AVIF", "MPO"])
def test_first_frame(name: str) -> None:
    """Of several pictures in a file, the first is shown."""
    red, blue = (Image.new("RGB", (300, 300), colour) for colour in (RED, BLUE))
    data = encode(red, name, save_all=True, append_images=[blue, blue])

    assert_close(centre(show(data)), RED, within=4)


@pytest.mark.parametrize(
    ("name", "width", "height"),
    [
        pytest.param("JPEG", 1_800, 1_400, id="jpeg whole"),
        pytest.param("JPEG", 1_913, 1_434, id="jpeg half at its least"),
        pytest.param("JPEG", 3_821, 2_867, id="jpeg quarter at its least"),
        pytest.param("PNG", 2_001, 1_601, id="averaged by three"),
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

    assert similarity(made, show(encode(full, "PNG"), quality=95)) >= 0.98
