"""Files of other kinds are named, with what to do; BMP is a picture."""

from __future__ import annotations

import base64
import gzip

import pytest
from PIL import Image

from outcome import Reason
from pictures.profile_picture import PictureSpec, make_profile_picture
from tests.pictures.checks import assert_close, centre, corners, rejection, show
from tests.samples.pictures import (
    BLUE,
    GRAY,
    GREEN,
    RED,
    encode,
    foreign,
    good,
    png_header,
    quadrants,
)

FOREIGN, GOOD = foreign(), good()
PLAIN = "the content is none of JPEG, PNG, WEBP, GIF, AVIF, HEIC, BMP"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (FOREIGN["tiff"], "it is a TIFF or raw photograph. Save it as JPEG or PNG."),
        (FOREIGN["jpeg2000"], "it is a JPEG 2000 picture. Save it as JPEG or PNG."),
        (b"\xff\x0a" + bytes(40), "it is a JPEG XL picture. Save it as JPEG or PNG."),
        (FOREIGN["ico"], "it is an icon (ICO). Save it as PNG."),
        (FOREIGN["svg"], "it is an SVG drawing. Save it as PNG."),
        (
            b'<?xml version="1.0"?>\n<!-- a -->\n<SVG/>',
            "an SVG drawing. Save it as PNG.",
        ),
        (FOREIGN["pdf"], "it is a PDF or PostScript document. Save it as JPEG or PNG."),
        (FOREIGN["html"], "it is a web page. Upload the picture itself."),
        (FOREIGN["zip"], "it is a ZIP archive. Upload the picture in it."),
        (FOREIGN["mp4"], "a film, or a picture of another kind"),
        (
            gzip.compress(GOOD["jpeg"]),
            "it is a JPEG picture as gzip. Upload it without compression.",
        ),
        (
            gzip.compress(b"text"),
            "it is compressed by gzip. Upload the picture itself.",
        ),
        (
            base64.b64encode(GOOD["png"]),
            "it is a PNG picture as base64 text. Decode it before the upload.",
        ),
        (
            b"data:image/webp;base64," + base64.b64encode(GOOD["webp"]),
            "it is a WEBP picture as base64 text. Decode it before the upload.",
        ),
        (
            base64.encodebytes(GOOD["gif"]) + b"\n",
            "it is a GIF picture as base64 text. Decode it before the upload.",
        ),
        (base64.urlsafe_b64encode(GOOD["jpeg"]), "it is a JPEG picture as base64 text"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_content_is_named(data: bytes, told: str) -> None:
    """The message says what the content is, and what to do."""
    error = rejection(data)

    assert error.reason is Reason.NOT_A_PICTURE
    assert str(error).startswith(f"{PLAIN}; ")
    assert told in str(error)


@pytest.mark.parametrize("name", ["text", "json", "ppm", "wav", "one-byte"])
def test_content_that_is_not_known(name: str) -> None:
    """The message makes no guess, and quotes nothing of the content."""
    assert str(rejection(FOREIGN[name])) == PLAIN


@pytest.mark.parametrize(
    "data",
    [
        b"\x1f\x8b" + bytes(60),
        gzip.compress(GOOD["jpeg"])[:20],
        b"A" * 99,
        b"=" * 99,
        b"data:image/png;base64,",
        b"<!" * 500,
        b"<?" + b">" * 900,
        b" " * 2_000,
    ],
    # The time in a gzip header must not be in a name, which all workers of a run share.
    ids=["zeros", "gzip", "base64", "equals", "data-url", "tags", "xml", "blanks"],
)
def test_envelopes_that_are_malformed(data: bytes) -> None:
    """A file that only looks like an envelope gets the usual error."""
    assert rejection(data).reason is Reason.NOT_A_PICTURE


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_bmp(mode: str) -> None:
    """BMP files of every depth that Pillow writes are shown."""
    source = quadrants().convert(
        mode, dither=Image.Dither.NONE, palette=Image.Palette.ADAPTIVE
    )
    expected = source.convert("RGB")

    made = show(encode(source, "BMP"))

    for found, place in zip(
        corners(made), ((20, 15), (60, 15), (20, 45), (60, 45)), strict=True
    ):
        colour = expected.getpixel(place)
        assert isinstance(colour, tuple)
        assert_close(found, colour)


def test_bmp_rows_from_the_top() -> None:
    """A negative height stores the upper row first."""
    data = bytearray(
        encode(quadrants().transpose(Image.Transpose.FLIP_TOP_BOTTOM), "BMP")
    )
    data[22:26] = (-60).to_bytes(4, "little", signed=True)

    for found, expected in zip(
        corners(show(bytes(data))), (RED, GREEN, BLUE, GRAY), strict=True
    ):
        assert_close(found, expected)


def bmp_with_alpha(alpha: int) -> bytes:
    """Return a BMP file of one colour whose fourth byte is said to be transparency."""
    masks = b"".join(
        n.to_bytes(4, "little") for n in (255 << 16, 255 << 8, 255, 255 << 24)
    )
    size = b"".join(n.to_bytes(4, "little") for n in (108, 8, 8))
    rest = b"\1\0\x20\0\3\0\0\0" + bytes(20) + masks + bytes(52)
    pixels = bytes((*RED[::-1], alpha)) * 64
    head = (
        b"BM"
        + (122 + 256).to_bytes(4, "little")
        + bytes(4)
        + (122).to_bytes(4, "little")
    )
    return head + size + rest + pixels


def test_bmp_transparency() -> None:
    """It is used, unless it would leave nothing to see: many writers leave it at 0."""
    assert_close(centre(show(bmp_with_alpha(0))), RED)
    assert_close(centre(show(bmp_with_alpha(255))), RED)
    assert_close(centre(show(bmp_with_alpha(128))), (237, 147, 147))


def test_bmp_limits() -> None:
    """Pixels are counted before decoding, and run lengths are not unpacked forever."""
    data = bytearray(encode(Image.new("P", (300, 200)), "BMP"))
    whole = rejection(bytes(data), PictureSpec(max_pixels=59_999))
    data[30] = 1  # run lengths
    long = rejection(bytes(data) + bytes(4_000_000))

    assert whole.reason is Reason.TOO_MANY_PIXELS
    assert "TooManyRuns" in str(long)


def test_text_that_begins_like_a_bmp() -> None:
    """Two letters do not make a picture."""
    assert rejection(b"BMW is a maker of cars." * 9).reason is Reason.NOT_A_PICTURE


def test_formats_are_told_by_content() -> None:
    """The name of a format that was read is handed on."""
    assert make_profile_picture(GOOD["bmp"], PictureSpec()).source_format == "bmp"
    assert rejection(png_header(900, 900)).format == "png"
