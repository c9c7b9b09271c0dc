"""What is accepted, what is rejected and why, and what the finished file holds."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from outcome import Reason
from picture import PictureRejected, PictureSpec, make_profile_picture
from tests.sample_pictures import (
    SECRET,
    broken,
    encode,
    exif,
    foreign,
    good,
    png_header,
    quadrants,
    text,
    xmp,
)

SRC = Path(__file__).parent.parent / "src"
SPEC = PictureSpec()
GOOD, FOREIGN, BROKEN = good(), foreign(), broken()
# JFIF, quantization and Huffman tables, progressive frame, scan.
NEEDED_SEGMENTS = {0xE0, 0xDB, 0xC4, 0xC2, 0xDA}


def rejection(data: bytes, spec: PictureSpec = SPEC) -> PictureRejected:
    """Return the rejection of bytes that must not be accepted."""
    with pytest.raises(PictureRejected) as caught:
        make_profile_picture(data, spec)
    return caught.value


def segments(jpeg: bytes) -> set[int]:
    """Return the markers of a JPEG file's segments, up to the end of the last scan."""
    assert jpeg.startswith(b"\xff\xd8")
    assert jpeg.endswith(b"\xff\xd9")
    found, at = set(), 2
    while at < len(jpeg) - 2:
        found.add(jpeg[at + 1])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4])
        while jpeg[at] != 0xFF or jpeg[at + 1] == 0:  # the scan's own bytes
            at += 1
    return found


@pytest.mark.parametrize("name", GOOD)
def test_make_profile_picture_good(name: str) -> None:
    """Every accepted kind becomes a square JPEG, and its format is named."""
    made = make_profile_picture(GOOD[name], SPEC)

    with Image.open(BytesIO(made.data)) as picture:
        assert (picture.format, picture.mode) == ("JPEG", "RGB")
        assert picture.size == (made.size, made.size) == (240, 240)
    assert made.source_format == name.split("-")[0]
    assert {made.source_width, made.source_height} == {80, 60}


@pytest.mark.parametrize("name", GOOD)
def test_make_profile_picture_metadata(name: str) -> None:
    """Nothing but the segments that a JPEG needs is written."""
    made = make_profile_picture(GOOD[name], SPEC)

    assert segments(made.data) == NEEDED_SEGMENTS
    assert SECRET.encode() not in made.data


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(encode(quadrants(), "JPEG", exif=exif(1)), id="jpeg-exif"),
        pytest.param(encode(quadrants(), "JPEG", comment=SECRET), id="jpeg-comment"),
        pytest.param(encode(quadrants(), "JPEG", xmp=xmp(1)), id="jpeg-xmp"),
        pytest.param(encode(quadrants(), "PNG", pnginfo=text(SECRET)), id="png-text"),
        pytest.param(encode(quadrants(), "GIF", comment=SECRET), id="gif-comment"),
    ],
)
def test_sample_holds_secret(data: bytes) -> None:
    """The samples do hold what the tests of metadata look for."""
    assert SECRET.encode() in data


@pytest.mark.parametrize("name", FOREIGN)
def test_make_profile_picture_foreign(name: str) -> None:
    """Any other kind is no picture, whatever it is."""
    error = rejection(FOREIGN[name])

    assert error.reason is Reason.NOT_A_PICTURE
    assert error.format is None
    assert str(error) == "the content is none of jpeg, png, webp, gif, avif, heic"


@pytest.mark.parametrize("name", BROKEN)
def test_make_profile_picture_broken(name: str) -> None:
    """A file that cannot be decoded is rejected, and its format is named."""
    error = rejection(BROKEN[name])

    assert error.reason is Reason.BROKEN_PICTURE
    assert error.format == name.split("-")[0]
    assert f"the {error.format} picture is damaged or cut short" in str(error)


def test_rejection_size() -> None:
    """A rejection tells width and height where they are known."""
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


@pytest.mark.parametrize("side", [9_500, 14_000, 60_000, 2**31 - 1])
def test_make_profile_picture_bomb(side: int) -> None:
    """A file of a few bytes that claims a huge picture runs into the same limit."""
    assert rejection(png_header(side, side)).reason is Reason.TOO_MANY_PIXELS


def test_make_profile_picture_webp_bomb() -> None:
    """A decoder that refuses a huge picture by itself gives the same reason."""
    data = bytearray(GOOD["webp-animated"])
    data[24:30] = b"\xff\x3f\x00\xff\x3f\x00"  # the canvas: 16384 x 16384

    assert rejection(bytes(data)).reason is Reason.TOO_MANY_PIXELS


def test_make_profile_picture_scan_bomb() -> None:
    """A JPEG of endless scans, each cheap to send and dear to decode, is rejected."""
    data = encode(quadrants(), "JPEG", progressive=True)
    scan = data[data.rindex(b"\xff\xda") : -2]

    few = make_profile_picture(data[:-2] + 50 * scan + data[-2:], SPEC)
    many = rejection(data[:-2] + 5_000 * scan + data[-2:])

    assert few.size == 240
    assert many.reason is Reason.BROKEN_PICTURE
    assert "scans" in str(many)


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        pytest.param((1, 1), 240, id="one pixel"),
        pytest.param((100, 100), 240, id="enlarged"),
        pytest.param((4_000, 100), 240, id="enlarged by its short side"),
        pytest.param((240, 300), 240, id="as shown"),
        pytest.param((300, 300), 300, id="kept"),
        pytest.param((700, 511), 511, id="almost"),
        pytest.param((512, 512), 512, id="exact"),
        pytest.param((4_000, 3_000), 512, id="shrunk"),
        pytest.param((1, 20_000), 240, id="line down"),
        pytest.param((20_000, 1), 240, id="line across"),
    ],
)
@pytest.mark.parametrize("name", ["JPEG", "PNG"])
def test_make_profile_picture_size(
    name: str, shape: tuple[int, int], size: int
) -> None:
    """Large pictures are shrunk, small ones enlarged to what Authgear shows at most."""
    made = make_profile_picture(encode(Image.new("RGB", shape), name), SPEC)

    assert made.size == size
    assert (made.source_width, made.source_height) == shape


@pytest.mark.parametrize("size", [240, 1024])
def test_make_profile_picture_chosen_size(size: int) -> None:
    """The size is a choice."""
    data = encode(quadrants(1_300, 1_200), "JPEG")

    assert make_profile_picture(data, PictureSpec(size=size)).size == size


def test_make_profile_picture_chosen_quality() -> None:
    """The quality is a choice."""
    data = encode(Image.effect_noise((600, 600), 90), "PNG")

    files = [
        make_profile_picture(data, PictureSpec(size=1024, quality=quality)).data
        for quality in (50, 85, 95)
    ]

    assert len(files[0]) < len(files[1]) < len(files[2])


@pytest.mark.parametrize(
    ("sample", "plugins"),
    [("jpeg-gray", "Jpeg"), ("png", "Jpeg,Png,Tiff"), ("webp-lossless", "Jpeg,WebP")],
)
def test_make_profile_picture_plugins(sample: str, plugins: str) -> None:
    """Pillow's other decoders are not even loaded; TIFF's is its reader of EXIF."""
    code = (
        "import sys; from picture import PictureSpec, make_profile_picture;"
        "make_profile_picture(sys.stdin.buffer.read(), PictureSpec());"
        "names = [name[4:-11] for name in sys.modules if name.endswith('ImagePlugin')];"
        "print(','.join(sorted(names)), end='')"
    )

    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code],
        input=GOOD[sample],
        env={"PYTHONPATH": str(SRC)},
        capture_output=True,
        check=True,
    )

    assert done.stdout.decode() == plugins
    assert done.stderr == b""


@settings(
    max_examples=1_200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.data())
def test_make_profile_picture_damaged(data: st.DataObject) -> None:
    """Whatever is damaged in a file, it is either a picture or rejected."""
    damaged = bytearray(GOOD[data.draw(st.sampled_from(sorted(GOOD)))])
    places = st.integers(0, len(damaged) - 1)
    for place in data.draw(st.lists(places, min_size=1, max_size=4)):
        damaged[place] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del damaged[data.draw(places) :]

    with suppress(PictureRejected):
        made = make_profile_picture(bytes(damaged), PictureSpec(max_pixels=1_000_000))

        assert segments(made.data) == NEEDED_SEGMENTS
