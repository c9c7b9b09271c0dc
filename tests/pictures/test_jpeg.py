"""The details that a JPEG of an eighth leaves out are not visible."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from local.paths import ROOT
from pictures.formats.jpeg import JPEGFile, drop_details
from tests.samples.pictures import encode

PHOTOGRAPH = Image.open(ROOT / "local" / "pictures" / "astronaut.png").convert("RGB")


def progressive(mode: str = "RGB", subsampling: int = 2, quality: int = 85) -> bytes:
    """Return the photograph as a progressive JPEG; 4:2:0 by default."""
    return encode(
        PHOTOGRAPH.convert(mode),
        "JPEG",
        progressive=True,
        subsampling=subsampling,
        quality=quality,
    )


def decode(opener: type[JpegImageFile], data: bytes, part: int) -> Image.Image:
    """Return the pixels at the scale of 1 / `part`."""
    picture = opener(BytesIO(data))
    picture.draft(None, (picture.width // part, picture.height // part))
    picture.load()
    return picture


@pytest.mark.parametrize("part", [1, 2, 4, 8])
@pytest.mark.parametrize("quality", [20, 95])
@pytest.mark.parametrize("subsampling", [0, 1, 2], ids=["4:4:4", "4:2:2", "4:2:0"])
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_pixels_are_the_same(
    mode: str, subsampling: int, quality: int, part: int
) -> None:
    """The pixels are equal, to the bit, at every scale, colour space and quality."""
    data = progressive(mode, subsampling, quality)

    ours = decode(JPEGFile, data, part)

    assert ours.size == (512 // part, 512 // part)
    assert ours.tobytes() == decode(JpegImageFile, data, part).tobytes()


def test_details_are_left_out() -> None:
    """Even of a picture without a camera's noise nearly half is not decoded."""
    data = progressive(quality=95)

    assert len(drop_details(data)) < 0.6 * len(data)


def test_restarts_are_part_of_a_scan() -> None:
    """Markers within a scan's data do not end it."""
    data = encode(PHOTOGRAPH, "JPEG", progressive=True, restart_marker_rows=1)

    assert len(drop_details(data)) < 0.7 * len(data)
    assert (
        decode(JPEGFile, data, 8).tobytes() == decode(JpegImageFile, data, 8).tobytes()
    )


def test_baseline_stays_as_it_is() -> None:
    """A file of one scan has nothing to leave out."""
    data = encode(PHOTOGRAPH, "JPEG")

    assert drop_details(data) == data


def test_file_cut_short_stays_as_it_is() -> None:
    """What is left out must not hide that the end is missing."""
    data = progressive()[:-2]

    assert drop_details(data) == data


def test_file_of_endless_segments_stays_as_it_is() -> None:
    """A hostile file is not taken apart for minutes."""
    data = progressive()
    comments = data[:2] + 3_000 * b"\xff\xfe\0\2" + data[2:]

    assert drop_details(comments) == comments


def test_what_follows_the_end_is_left_out() -> None:
    """A second picture, or anything else, is not looked into."""
    data = progressive()

    assert drop_details(data + data) == drop_details(data)


def test_markers_within_a_segment_are_no_segments() -> None:
    """A preview in the EXIF is a JPEG as well."""
    comment = progressive(quality=20)[:60_000]
    data = encode(PHOTOGRAPH, "JPEG", progressive=True, comment=comment)

    assert comment in drop_details(data)
    assert decode(JPEGFile, data, 8).size == (64, 64)
