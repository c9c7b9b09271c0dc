"""AVIF and HEIC: coded sizes, numbers for colours, early encoders' files."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from outcome import Reason
from pictures.formats.avif import AVIFFile
from pictures.formats.containers.boxes import TooManyBoxes, read_items
from pictures.formats.containers.coded import TooManyUnits, find_sizes, read_colours
from pictures.formats.heic import HEICFile
from pictures.profile_picture import PictureSpec
from tests.pictures.checks import assert_close, corners, rejection, show
from tests.samples.box_files import box, find_box, patch, split_associations
from tests.samples.pictures import (
    BLUE,
    GRAY,
    GREEN,
    HEIC,
    PICTURES,
    RED,
    encode,
    quadrants,
)

LARGE = Image.new("RGB", (2_000, 1_500), "teal")
SMALL = (64).to_bytes(4) + (64).to_bytes(4)


def sizes_of(data: bytes) -> list[tuple[int, int]]:
    """Return every size that a file states."""
    view = memoryview(data)
    return list(find_sizes(view, read_items(view)))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"subsampling": "4:4:4"},
        {"speed": 10, "quality": 20},
        {"save_all": True, "append_images": [LARGE.rotate(180)], "speed": 10},
    ],
    ids=["still", "4:4:4", "fast", "sequence"],
)
def test_avif_size_is_a_lie(options: dict[str, object]) -> None:
    """The sizes of the coded data count, not those that the boxes state."""
    data = encode(LARGE, "AVIF", **options)
    lie = patch(data, b"ispe", 4, SMALL)

    error = rejection(lie, PictureSpec(max_pixels=5_999_999))

    assert (2_000, 1_500) in sizes_of(lie)
    assert error.reason is Reason.TOO_MANY_PIXELS
    assert "the memory of 3 megapixels" in str(error) or "2,000 x 1,500" in str(error)


def test_avif_any_size_counts() -> None:
    """A size of any property counts, as a decoder may use it."""
    data = encode(LARGE, "AVIF", exif=b"")
    lie = patch(data, b"ispe", 4, (40_000).to_bytes(4) * 2)

    assert (40_000, 40_000) in sizes_of(lie)


def test_heic_size_is_a_lie() -> None:
    """The size of the coded picture is read from its parameter sets."""
    data = (PICTURES / "heic-largest.heic").read_bytes()
    lie = patch(data, b"ispe", 4, SMALL)

    most = max(width * height for width, height in sizes_of(lie))

    assert 7_071**2 <= most <= 7_200**2


def test_heic_grid() -> None:
    """The size that a grid has is read from it."""
    [content] = [bytes((0, 1, 0, 0)) + (70_000).to_bytes(4) * 2]
    data = HEIC.read_bytes()
    start, _ = find_box(data, b"infe")
    kinds = data.index(b"hvc1", start)
    items = read_items(memoryview(data))
    [(at, _)] = items.extents[items.primary]
    grid = data[:kinds] + b"grid" + data[kinds + 4 : at] + content + data[at + 12 :]

    assert (70_000, 70_000) in sizes_of(grid)


def test_ordinary_files_count_as_they_are() -> None:
    """Whole blocks that codecs store do not count."""
    avif = AVIFFile(BytesIO(encode(LARGE.crop((0, 0, 301, 199)), "AVIF")))
    heic = HEICFile(BytesIO(HEIC.read_bytes()))

    assert avif.pixels_in_memory == 301 * 199
    assert heic.pixels_in_memory == 80 * 60


@pytest.mark.parametrize(
    ("data", "colours"),
    [
        (encode(quadrants(), "AVIF"), (1, 13, 6, 1)),
        (encode(quadrants(), "AVIF", range="limited"), (1, 13, 6, 0)),
        (HEIC.read_bytes(), (1, 13, 6, 1)),
        (patch(HEIC.read_bytes(), b"nclx", 0, b"\0\x0c\0\x10\0\x09\0"), (12, 16, 9, 0)),
    ],
    ids=["avif", "avif limited", "heic", "heic pq"],
)
def test_colours_are_told_by_numbers(
    data: bytes, colours: tuple[int, int, int, int]
) -> None:
    """Primaries, transfer, matrix and range are handed on."""
    opener = AVIFFile if b"avif" in data[:32] else HEICFile

    assert opener(BytesIO(data)).info["cicp"] == colours


def test_colours_of_the_coded_picture() -> None:
    """An AVIF file without a colour box has them in its sequence header."""
    data = encode(quadrants(), "AVIF", save_all=True, append_images=[quadrants()])
    for name in (encode(quadrants(), "AVIF"), data):
        bare = name.replace(b"colrnclx", b"freenclx")
        view = memoryview(bare)

        found = read_colours(view, read_items(view))

        assert found == (1, 13, 6, 1)


def test_profile_and_numbers_are_both_handed_on() -> None:
    """Those who convert decide which counts."""
    data = encode(quadrants(), "AVIF", icc_profile=b"a profile of some length")

    info = AVIFFile(BytesIO(data)).info

    assert info["icc_profile"] == b"a profile of some length"
    assert info["cicp"] == (2, 2, 6, 1)  # 2 is "unspecified"


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_avif_of_an_early_encoder(mode: str) -> None:
    """A table of properties for each item is joined to one."""
    data = encode(quadrants().convert(mode), "AVIF", quality=95)
    early = split_associations(data)

    assert early.count(b"ipma") > data.count(b"ipma") or mode == "RGB"
    for found, expected in zip(
        corners(show(early)), (RED, GREEN, BLUE, GRAY), strict=True
    ):
        assert_close(found, expected, within=6)


@pytest.mark.parametrize("length", [0, 1, 7, 8, 0x7FFFFFFF, 0xFFFFFFFF])
def test_lengths_of_boxes(length: int) -> None:
    """Reading ends, for boxes of any length."""
    data = encode(quadrants(), "AVIF")
    for kind in (
        b"meta",
        b"iprp",
        b"ipco",
        b"ispe",
        b"iloc",
        b"iinf",
        b"ipma",
        b"mdat",
    ):
        start, _ = find_box(data, kind)
        view = memoryview(data[:start] + length.to_bytes(4) + data[start + 4 :])

        items = read_items(view)

        assert len(list(find_sizes(view, items))) < 10


def test_every_part_may_be_missing() -> None:
    """A file that ends anywhere can be looked into."""
    for data in (encode(quadrants(), "AVIF"), HEIC.read_bytes()):
        for end in range(len(data)):
            view = memoryview(data[:end])
            items = read_items(view)
            read_colours(view, items)

            assert len(list(find_sizes(view, items))) < 10


def test_too_many_boxes() -> None:
    """Reading ends where nobody writes any more."""
    with pytest.raises(TooManyBoxes):
        read_items(memoryview(box(b"free", b"") * 10_001))


def test_too_many_units() -> None:
    """The same holds for coded data, though items may share them."""
    data = encode(quadrants(), "AVIF")
    items = read_items(memoryview(data))
    units = data + b"\x12\0" * 20_001
    items.extents[items.primary] = [(len(data), 0)]

    with pytest.raises(TooManyUnits):
        list(find_sizes(memoryview(units), items))
