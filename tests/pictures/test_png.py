"""PNG: transparency in its depth, animations, and colour facts."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from pictures.formats.png import PNGFile
from tests.pictures.checks import assert_close, centre, colour_at, show
from tests.samples.pictures import BLUE, GREEN, RED, encode, exif, photo, quadrants
from tests.samples.png_files import (
    GRAY,
    PALETTE,
    RGB,
    chunk,
    frame_control,
    insert,
    pack_rows,
    uniform,
)

WHITE = (255, 255, 255)


@pytest.mark.parametrize(
    ("depth", "pixels", "key", "level"),
    [
        pytest.param(1, [b"\0", b"\xff"], 0, 255, id="1 bit"),
        pytest.param(2, [b"\x55", b"\xaa"], 1, 170, id="2 bits"),
        pytest.param(4, [b"\x33", b"\x77"], 3, 119, id="4 bits"),
        pytest.param(4, [b"\x33", b"\x77"], 0xF3, 119, id="more than 4 bits"),
        pytest.param(8, [b"\x33", b"\x77"], 0x33, 119, id="8 bits"),
        pytest.param(16, [b"\0\xc8", b"\0\xc9"], 200, 0, id="16 bits, dark"),
        pytest.param(16, [b"\x80\0", b"\x80\1"], 0x8000, 128, id="16 bits"),
    ],
)
def test_transparent_gray(
    depth: int, pixels: list[bytes], key: int, level: int
) -> None:
    """The transparent gray is compared in the depth in which it is stored."""
    made = show(uniform(depth, GRAY, pixels, chunk(b"tRNS", key.to_bytes(2))))

    assert_close(colour_at(made, 40, 120), WHITE)
    assert_close(colour_at(made, 200, 120), (level,) * 3)


def test_transparent_colour_of_16_bits() -> None:
    """Of two colours of 16 bits that are neighbours, one alone is transparent."""
    clear, neighbour = (0x8000, 0x4000, 0x2000), (0x8000, 0x4000, 0x2001)
    pixels = [struct.pack(">HHH", *value) for value in (clear, neighbour)]
    data = uniform(16, RGB, pixels, chunk(b"tRNS", pixels[0]))

    made = show(data)

    assert_close(colour_at(made, 40, 120), WHITE)
    assert_close(colour_at(made, 200, 120), (128, 64, 32))


def test_transparent_colour_of_16_bits_needs_twice_the_memory() -> None:
    """Its share of the limit says so."""
    data = uniform(16, RGB, [bytes(6)], chunk(b"tRNS", bytes(6)))

    assert PNGFile(BytesIO(data)).share_of_pixels == 0.5


def test_colours_are_handed_on() -> None:
    """`info` has all that a file says about its colours, for the conversion."""
    white_red = (31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000)
    data = insert(
        encode(quadrants(), "PNG"),
        chunk(b"cICP", bytes((9, 16, 0, 1))),
        chunk(b"gAMA", (45_455).to_bytes(4)),
        chunk(b"cHRM", struct.pack(">8I", *white_red)),
        chunk(b"sRGB", b"\1"),
        chunk(b"iCCP", b"name\0\0" + zlib.compress(b"a profile")),
    )

    assert PNGFile(BytesIO(data)).info == {
        "cicp": (9, 16, 0, 1),
        "gamma": 0.45455,
        "chromaticity": tuple(value / 100_000 for value in white_red),
        "srgb": 1,
        "icc_profile": b"a profile",
    }


@pytest.mark.parametrize(
    "wrong",
    [
        chunk(b"cICP", bytes(3)),
        chunk(b"gAMA", bytes(3)),
        chunk(b"cHRM", bytes(31)),
        chunk(b"sRGB"),
        chunk(b"iCCP", b"name\0\1" + zlib.compress(b"a profile")),
        chunk(b"gAMA", bytes(4), b"\0\0\0\0"),
        chunk(b"iCCP", b"name\0\0" + zlib.compress(bytes(4_000_001))),
    ],
    ids=["cICP", "gAMA", "cHRM", "sRGB", "iCCP", "checksum", "huge"],
)
def test_malformed_colours_are_left_out(wrong: bytes) -> None:
    """Wrong metadata is left out, and does not lead to a rejection."""
    assert PNGFile(BytesIO(insert(encode(quadrants(), "PNG"), wrong))).info == {}


def test_orientation_behind_the_pixels() -> None:
    """EXIF is read wherever it is, and where ImageMagick used to put it."""
    plain = encode(quadrants(), "PNG")
    block = exif(6).tobytes().removeprefix(b"Exif\0\0")
    text = b"\nexif\n      99\n" + block.hex().encode() + b"\n"
    raw = b"Raw profile type exif\0"
    behind = plain[:-12] + chunk(b"eXIf", block) + plain[-12:]

    for data in (
        behind,
        insert(plain, chunk(b"tEXt", raw + text)),
        insert(plain, chunk(b"zTXt", raw + b"\0" + zlib.compress(text))),
    ):
        assert PNGFile(BytesIO(data)).orientation == 6


def test_palette_may_be_too_long() -> None:
    """Of a palette as many colours are used as there can be."""
    palette = bytes((0, 0, 0, *RED)) + bytes(3 * 300) + b"xx"
    data = uniform(8, PALETTE, [b"\1"], chunk(b"PLTE", palette))

    assert_close(centre(show(data)), RED)


def animation(*frames: bytes, announced: int | None = None) -> bytes:
    """Return a red picture, with an animation beside it."""
    parts = [
        frame_control(2 * i, 96, 96) + chunk(b"fdAT", (2 * i + 1).to_bytes(4) + frame)
        for i, frame in enumerate(frames)
    ]
    count = len(frames) if announced is None else announced
    told = chunk(b"acTL", count.to_bytes(4) + bytes(4))
    still = uniform(8, RGB, [bytes(RED)], told)
    return still[:-12] + b"".join(parts) + still[-12:]


def rows_of(colour: tuple[int, ...]) -> bytes:
    """Return the pixels of a frame of one colour."""
    return pack_rows([bytes(colour) * 96] * 96)


def test_animation_is_shown_rather_than_its_placeholder() -> None:
    """A picture outside of the animation is for programs that cannot play it."""
    data = animation(rows_of(GREEN), rows_of(BLUE))

    assert_close(centre(show(data)), GREEN)


def test_animation_that_is_malformed() -> None:
    """The picture itself is shown, as the format wants it."""
    wrong = (
        animation(rows_of(GREEN), announced=2),
        animation(rows_of(GREEN)).replace(b"acTL", b"tEXt"),
        animation(b"no pixels"),
        animation(rows_of(GREEN)).replace(
            frame_control(0, 96, 96), frame_control(1, 96, 96)
        ),
        animation(rows_of(GREEN)).replace(
            frame_control(0, 96, 96), frame_control(0, 96, 96, x=1)
        ),
    )

    for data in wrong:
        assert_close(centre(show(data)), RED)


def test_animation_whose_first_picture_shows_nothing() -> None:
    """The first picture that shows something is taken."""
    clear, red = Image.new("RGBA", (300, 300)), Image.new("RGBA", (300, 300), RED)
    dot = clear.copy()
    dot.putpixel((150, 150), (*BLUE, 255))

    for first in (clear, dot):
        data = encode(first, "PNG", save_all=True, append_images=[red])

        assert_close(centre(show(data)), RED)


def test_animation_that_shows_nothing_at_all() -> None:
    """Its first picture is as good as any."""
    clear = Image.new("RGBA", (300, 300))
    other = Image.new("RGBA", (300, 300), (1, 1, 1, 0))
    data = encode(clear, "PNG", save_all=True, append_images=[other])

    assert_close(centre(show(data, background="#123456")), (0x12, 0x34, 0x56))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pixels_are_those_that_pillow_reads(mode: str) -> None:
    """Pillow's own reader of the format gives the same, in every mode."""
    source = photo(301, 200).convert("L" if mode == "I;16" else mode)
    data = encode(source.convert(mode), "PNG")
    ours = PNGFile(BytesIO(data))

    ours.load()

    with Image.open(BytesIO(data)) as theirs:
        assert ours.mode == theirs.mode
        assert ours.convert("RGBA").tobytes() == theirs.convert("RGBA").tobytes()
