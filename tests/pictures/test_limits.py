"""Files of endless parts, and how many pixels of a JPEG count."""

from __future__ import annotations

import struct

import pytest
from PIL import Image

from outcome import Reason
from pictures.profile_picture import PictureSpec, make_profile_picture
from tests.pictures.checks import rejection
from tests.samples.pictures import encode, quadrants
from tests.samples.png_files import chunk, insert

PNG, JPEG = encode(quadrants(), "PNG"), encode(quadrants(), "JPEG")
GIF, WEBP = encode(quadrants(), "GIF"), encode(quadrants(), "WEBP")
HEAD = 13 + (6 << (GIF[10] & 7))  # bytes of a GIF file's header and palette
GRADIENT = Image.linear_gradient("L")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (JPEG[:2] + b"\xff\xfe\0\2" * 2_001 + JPEG[2:], "TooManySegments"),
        (JPEG[:2] + b"\xff\xe1\0\x0aExif\0\0II" * 2_001 + JPEG[2:], "TooManySegments"),
        (insert(PNG, chunk(b"tEXt") * 50_001), "TooManyChunks"),
        (WEBP + b"ABCD\0\0\0\0" * 50_001, "TooManyChunks"),
        (GIF[:-1] + b"!\xfe" + b"\1 " * 20_001 + b"\0;", ""),
        (GIF[:HEAD] + b"!\xfe" + b"\1 " * 20_001 + b"\0" + GIF[HEAD:], "TooManyBlocks"),
        (GIF[:HEAD] + b"!\xf9\0" * 20_001 + GIF[HEAD:], "TooManyBlocks"),
    ],
    ids=[
        "comments",
        "exif",
        "chunks",
        "webp",
        "gif end",
        "gif comment",
        "gif controls",
    ],
)
def test_endless_parts(data: bytes, kind: str) -> None:
    """A file of more parts than anybody writes is broken; what follows is not read."""
    if not kind:
        assert make_profile_picture(data, PictureSpec()).size == 240
        return
    error = rejection(data)

    assert error.reason is Reason.BROKEN_PICTURE
    assert kind in str(error)


def test_parts_that_somebody_writes() -> None:
    """Five MB of extended XMP, as phones write it, or of comments, are read over."""
    part = b"http://ns.adobe.com/xmp/extension/\0" + bytes(65_000)
    segment = b"\xff\xe1" + struct.pack(">H", len(part) + 2) + part
    comments = (b"\xff" + bytes(255)) * 19_000

    for data in (
        JPEG[:2] + segment * 80 + JPEG[2:],
        GIF[:HEAD] + b"!\xfe" + comments + b"\0" + GIF[HEAD:],
        insert(PNG, chunk(b"tEXt", bytes(8_000)) * 600),
    ):
        assert make_profile_picture(data, PictureSpec()).size == 240


@pytest.mark.parametrize("shape", [(8_192, 6_144), (8_160, 6_144), (6_144, 8_192)])
def test_phones_of_50_megapixels(shape: tuple[int, int]) -> None:
    """Pictures that phones call 50 megapixels pass, progressive files too."""
    data = encode(GRADIENT.resize(shape), "JPEG", progressive=True)

    made = make_profile_picture(data, PictureSpec())

    assert (made.source_width, made.source_height) == shape


def test_jpeg_counts_as_it_is_decoded() -> None:
    """Phones' 108 megapixels are decoded at an eighth, row by row."""
    data = encode(GRADIENT.resize((12_000, 9_000)), "JPEG")

    made = make_profile_picture(data, PictureSpec())

    assert (made.source_width, made.source_height) == (12_000, 9_000)


@pytest.mark.parametrize(
    ("shape", "options", "limit"),
    [
        pytest.param(
            (4_000, 4_000), {"progressive": True}, 15_999_999, id="progressive"
        ),
        pytest.param((4_000, 500), {}, 1_999_999, id="not scaled"),
        pytest.param((4_000, 1_400), {}, 1_399_999, id="scaled by two"),
        pytest.param((8_000, 8_000), {}, 7_999_999, id="time"),
    ],
)
def test_jpeg_limit(
    shape: tuple[int, int], options: dict[str, bool], limit: int
) -> None:
    """The limits of memory, or an eighth of those of time, are exact."""
    data = encode(GRADIENT.resize(shape), "JPEG", **options)

    error = rejection(data, PictureSpec(max_pixels=limit))

    assert error.reason is Reason.TOO_MANY_PIXELS
    assert (error.width, error.height) == shape
    assert make_profile_picture(data, PictureSpec(max_pixels=limit + 1)).size >= 500


def test_jpeg_scans_behind_the_only_one() -> None:
    """Data after the end of a picture in one scan is not decoded."""
    scan = JPEG[JPEG.index(b"\xff\xda") : -2]

    made = make_profile_picture(JPEG[:-2] + scan * 500 + JPEG[-2:], PictureSpec())

    assert made.size == 240
