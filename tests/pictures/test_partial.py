"""Files that are cut short: shown if half of their rows are there."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from outcome import Reason
from pictures.profile_picture import PictureSpec, ProfilePicture, make_profile_picture
from tests.pictures.checks import assert_close, colour_at, difference, rejection, show
from tests.samples.pictures import encode, photo
from tests.samples.png_files import RGB, chunk, header, pack_rows

PHOTO = photo(600, 600)
BACKGROUND = (0x10, 0x20, 0x30)
SPEC = PictureSpec(background="#102030", quality=95)


def interlace(picture: Image.Image) -> bytes:
    """Return the pixels of an interlaced PNG file (Adam7), packed."""
    rows = []
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4))
    for left, top, across, down in (*passes, (1, 0, 2, 2), (0, 1, 1, 2)):
        for y in range(top, picture.height, down):
            row = picture.crop((0, y, picture.width, y + 1)).tobytes()
            pixels = [
                row[3 * x : 3 * x + 3] for x in range(left, picture.width, across)
            ]
            rows.append(b"".join(pixels))
    return pack_rows(rows)


def interlaced_png() -> bytes:
    """Return the photograph as an interlaced PNG file."""
    start = header(600, 600, 8, RGB)
    changed = start[16:28] + b"\1"  # of IHDR the last byte
    ihdr = chunk(b"IHDR", changed)
    return start[:8] + ihdr + chunk(b"IDAT", interlace(PHOTO)) + chunk(b"IEND")


FILES: dict[str, bytes] = {
    "jpeg": encode(PHOTO, "JPEG", quality=90),
    "jpeg-gray": encode(PHOTO.convert("L"), "JPEG", quality=90),
    "jpeg-cmyk": encode(PHOTO.convert("CMYK"), "JPEG", quality=90),
    "jpeg-half-scale": encode(PHOTO.resize((1_800, 1_800)), "JPEG", quality=90),
    "png": encode(PHOTO, "PNG"),
    "png-gray": encode(PHOTO.convert("L"), "PNG"),
    "png-gray-16": encode(PHOTO.convert("L").convert("I;16"), "PNG"),
    "png-palette": encode(PHOTO.quantize(200), "PNG"),
    "png-alpha": encode(PHOTO.convert("RGBA"), "PNG"),
    "png-key": encode(PHOTO, "PNG", transparency=(1, 2, 3)),
    "gif": encode(PHOTO, "GIF", interlace=0),
    "webp": encode(PHOTO, "WEBP", quality=90),
    "webp-lossless": encode(PHOTO, "WEBP", lossless=True, method=0),
}
FROM_THE_TOP = [name for name in FILES if name != "jpeg-cmyk"]
INTERLACED: dict[str, bytes] = {
    "gif": encode(PHOTO, "GIF", interlace=1),
    "png": interlaced_png(),
}


def cut(data: bytes, share: float) -> bytes:
    """Return the beginning of a file."""
    return data[: int(len(data) * share)]


def make(data: bytes) -> ProfilePicture:
    """Return the profile picture of a file."""
    return make_profile_picture(data, SPEC)


def shown(made: ProfilePicture) -> Image.Image:
    """Return the pixels of a profile picture."""
    return Image.open(BytesIO(made.data))


def upper(picture: Image.Image) -> Image.Image:
    """Return the upper half of a picture."""
    return picture.crop((0, 0, picture.width, picture.height * 4 // 10))


@pytest.mark.parametrize("name", FILES)
def test_whole(name: str) -> None:
    """A whole file is not taken for one that was cut short."""
    assert not make(FILES[name]).incomplete


@pytest.mark.parametrize("name", FILES)
def test_cut_short(name: str) -> None:
    """Of a file cut at seven tenths the upper rows are as they should be."""
    made = make(cut(FILES[name], 0.7))

    assert made.incomplete
    assert difference(upper(shown(made)), upper(shown(make(FILES[name])))) < 0.5
    assert (made.source_width, made.source_height) in {(600, 600), (1_800, 1_800)}


@pytest.mark.parametrize("name", FROM_THE_TOP)
def test_missing_rows_are_transparent(name: str) -> None:
    """The background shows where nothing was decoded."""
    made = shown(make(cut(FILES[name], 0.7)))

    for x in (20, 250, 500):
        assert_close(colour_at(made, x, 505), BACKGROUND, within=8)


def test_missing_rows_without_transparency_are_white() -> None:
    """Inks have no transparency, and the absence of ink is white."""
    made = shown(make(cut(FILES["jpeg-cmyk"], 0.7)))

    assert_close(colour_at(made, 250, 505), (255, 255, 255))


@pytest.mark.parametrize("name", FILES)
def test_too_little_is_left(name: str) -> None:
    """A file of which less than half is there is broken."""
    error = rejection(cut(FILES[name], 0.3))

    assert error.reason is Reason.BROKEN_PICTURE


@pytest.mark.parametrize("name", INTERLACED)
def test_interlaced(name: str) -> None:
    """Rows that are missing between others are copied from above."""
    whole, part = make(INTERLACED[name]), make(cut(INTERLACED[name], 0.75))

    assert part.incomplete
    assert not whole.incomplete
    assert difference(shown(part), shown(whole)) < 6
    assert_close(
        colour_at(shown(part), 256, 505), colour_at(shown(whole), 256, 505), within=25
    )


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_progressive(share: float) -> None:
    """A progressive JPEG is whole, if less fine, from its first pass on."""
    data = encode(PHOTO, "JPEG", quality=90, progressive=True)

    made = make(cut(data, share))

    assert made.incomplete
    assert difference(shown(made), shown(make(data))) < 12


def test_progressive_within_the_first_pass() -> None:
    """Before it is over there are rows of which nothing is known."""
    data = encode(PHOTO, "JPEG", quality=90, progressive=True)

    assert rejection(cut(data, 0.04)).reason is Reason.BROKEN_PICTURE


def test_progressive_at_an_eighth() -> None:
    """It can be cut short where most scans are skipped, too."""
    data = encode(PHOTO.resize((5_000, 5_000)), "JPEG", progressive=True)

    made = make(cut(data, 0.6))

    assert made.incomplete
    assert difference(shown(made), shown(make(data))) < 3


@pytest.mark.parametrize("name", ["jpeg", "jpeg-progressive"])
def test_end_marker_is_missing(name: str) -> None:
    """The last rows are there, though the decoder holds them back until the end."""
    data = encode(PHOTO, "JPEG", quality=90, progressive=name != "jpeg")

    made = make(data[:-2])

    assert difference(shown(made), shown(make(data))) < 0.1


def test_checksum_of_the_pixels() -> None:
    """A PNG with all its rows is complete, even if checksums are wrong."""
    rows = [photo(96, 96).crop((0, y, 96, y + 1)).tobytes() for y in range(96)]
    packed = pack_rows(rows)
    start, end = header(96, 96, 8, RGB), chunk(b"IEND")
    right = start + chunk(b"IDAT", packed) + end
    wrong = start + chunk(b"IDAT", packed[:-4] + bytes(4)) + end

    made = make(wrong)

    assert not made.incomplete
    assert made.data == make(right).data


@pytest.mark.parametrize("bottom_up", [True, False])
def test_bmp(bottom_up: bool) -> None:
    """The rows of a BMP are missing at the top, unless it is stored from there."""
    data = bytearray(encode(PHOTO, "BMP"))
    if not bottom_up:
        data[22:26] = (-600).to_bytes(4, "little", signed=True)
    made = make(cut(bytes(data), 0.7))

    assert made.incomplete
    y = 5 if bottom_up else 505
    assert_close(colour_at(shown(made), 256, y), BACKGROUND, within=8)


def test_damage_in_the_middle() -> None:
    """Rows behind a place that cannot be decoded are missing, too."""
    data = bytearray(FILES["png"])
    place = len(data) * 8 // 10
    data[place : place + 40] = b"\xff" * 40

    assert make(bytes(data)).incomplete


def test_tiny_part_of_a_frame() -> None:
    """A part that was cut from a GIF's later picture does not matter."""
    data = encode(PHOTO, "GIF", save_all=True, append_images=[PHOTO.rotate(90)])

    assert not make(cut(data, 0.8)).incomplete
    assert show(cut(data, 0.8)).tobytes() == show(data).tobytes()
