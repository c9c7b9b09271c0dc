"""The whole way from a file to a square around its faces, however it is stored."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageDraw

from pictures.errors import PictureRejected
from pictures.model import Overview
from pictures.profile_picture import OVERVIEW, PictureSpec, make_profile_picture
from pictures.rekognition import FaceFinder
from tests.fakes.rekognition import (
    FakeRekognition,
    Shares,
    find_patches,
    recorded,
)
from tests.pictures.test_crop import STORED
from tests.samples.pictures import (
    BLUE,
    GRAY,
    PHOTOS,
    RED,
    SECRET,
    broken,
    encode,
    exif,
    photo,
    text,
)

UPRIGHT = {1: None, **STORED}
FACE = (0.30, 0.50, 0.50, 0.66)  # of a high picture, where auto has it near the bottom


def scene(size: tuple[int, int], **patches: Shares) -> Image.Image:
    """Return a gray picture with patches, by colour, that stand for faces."""
    picture = Image.new("RGB", size, GRAY)
    for name, box in patches.items():
        colour = {"red": RED, "blue": BLUE}[name]
        edges = [share * size[i % 2] for i, share in enumerate(box)]
        ImageDraw.Draw(picture).rectangle(edges, colour)
    return picture


def store(upright: Image.Image, orientation: int, name: str = "JPEG") -> bytes:
    """Return a file that holds a picture on its side, and says so."""
    turn = UPRIGHT[orientation]
    stored = upright if turn is None else upright.transpose(turn)
    options = {"quality": 92} if name == "JPEG" else {"compress_level": 1}
    return encode(stored, name, exif=exif(orientation), **options)


def crop(
    data: bytes, rekognition: FakeRekognition, **spec: Any
) -> tuple[Image.Image, Any]:
    """Return the square that is made of a file, and the facts about it."""
    client: Any = rekognition
    made = make_profile_picture(data, PictureSpec(**spec), FaceFinder(client).find)
    return Image.open(BytesIO(made.data)), made


def turned(box: Shares) -> Shares:
    """Return a box of a portrait picture as one of a landscape picture."""
    left, top, right, bottom = box
    return top, left, bottom, right


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize(
    ("name", "size"),
    [
        pytest.param("JPEG", (300, 500), id="jpeg"),
        pytest.param("PNG", (300, 500), id="png"),
        pytest.param("JPEG", (1_501, 2_503), id="draft rounded up"),
    ],
)
def test_faces_portrait(name: str, size: tuple[int, int], orientation: int) -> None:
    """A face far down is seen with its eyes at two fifths, however it is stored."""
    rekognition = FakeRekognition()

    square, made = crop(store(scene(size, red=FACE), orientation, name), rekognition)

    assert find_patches(rekognition.seen)[RED] == pytest.approx(FACE, abs=0.01)
    left, top, right, bottom = find_patches(square)[RED]
    assert (left, right) == pytest.approx((0.30, 0.50), abs=0.01)
    assert top + 0.4 * (bottom - top) == pytest.approx(0.4, abs=0.01)
    assert (bottom - top) * 300 == pytest.approx(0.16 * 500, abs=4)
    assert made.focus.faces == 1


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("size", [(500, 300), (2_503, 1_501)], ids=["whole", "draft"])
def test_faces_landscape(size: tuple[int, int], orientation: int) -> None:
    """A face at a side is seen in the middle, however the picture is stored."""
    rekognition = FakeRekognition()
    picture = scene(size, red=turned(FACE))

    square, _ = crop(store(picture, orientation), rekognition)

    assert find_patches(rekognition.seen)[RED] == pytest.approx(turned(FACE), abs=0.01)
    left, top, right, bottom = find_patches(square)[RED]
    assert (left + right) / 2 == pytest.approx(0.5, abs=0.01)
    assert (top, bottom) == pytest.approx((0.30, 0.50), abs=0.01)


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_faces_together(orientation: int) -> None:
    """Two faces that fit are both seen."""
    picture = scene((600, 300), red=(0.55, 0.3, 0.65, 0.6), blue=(0.85, 0.3, 0.95, 0.6))

    square, made = crop(store(picture, orientation), FakeRekognition())

    found = find_patches(square)
    assert set(found) == {RED, BLUE}
    assert found[RED][2] - found[RED][0] == pytest.approx(0.2, abs=0.01)
    assert found[BLUE][2] - found[BLUE][0] == pytest.approx(0.2, abs=0.01)
    assert made.focus.faces == 2


@pytest.mark.parametrize(
    ("shape", "region"),
    [
        ("high", (120, 0, 330, 512)),
        ("wide", (0, 40, 512, 240)),
        ("low in a high one", (100, 0, 340, 400)),
    ],
    ids=["high", "wide", "low"],
)
def test_faces_of_a_photograph(shape: str, region: tuple[int, int, int, int]) -> None:
    """Of the astronaut, cut to any shape, the whole face and hair are seen."""
    (face,) = recorded("astronaut")["FaceDetails"]
    box = face["BoundingBox"]
    left, top, right, bottom = region
    width, height = right - left, bottom - top
    seen = {
        "Left": (box["Left"] * 512 - left) / width,
        "Top": (box["Top"] * 512 - top) / height,
        "Width": box["Width"] * 512 / width,
        "Height": box["Height"] * 512 / height,
    }
    answer = {"FaceDetails": [face | {"BoundingBox": seen}]}
    with Image.open(PHOTOS / "astronaut.png") as whole:
        picture = whole.convert("RGB").crop(region)

    _, made = crop(encode(picture, "PNG"), FakeRekognition(answer))

    start = made.crop_position * abs(width - height)
    edge = min(width, height)
    first, last = (
        (seen["Top"] * height, (seen["Top"] + seen["Height"]) * height)
        if height > width
        else (seen["Left"] * width, (seen["Left"] + seen["Width"]) * width)
    )
    room = 0.2 * (last - first)
    assert start <= max(0, first - room)
    assert start + edge >= last + room
    assert made.focus.faces == 1


@pytest.mark.parametrize("name", ["rocket.jpg", "chelsea.png", "coffee.png"])
def test_faces_of_things(name: str) -> None:
    """Without a face the square is the one that is made by default."""
    data = (PHOTOS / name).read_bytes()

    _, made = crop(data, FakeRekognition(recorded("none")))

    assert made.focus.fallback == "no-face"
    assert made.data == make_profile_picture(data, PictureSpec()).data


def test_faces_are_not_looked_for_in_squares() -> None:
    """Where nothing is cut off there is nothing to ask."""
    rekognition = FakeRekognition()

    _, made = crop(encode(photo(400, 400), "JPEG"), rekognition)

    assert rekognition.jpegs == []
    assert (made.focus.faces, made.focus.fallback) == (0, "")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(encode(photo(2_000, 1_500), "JPEG", exif=exif(3)), id="jpeg"),
        pytest.param(
            encode(photo(2_000, 1_500).convert("RGBA"), "PNG", pnginfo=text(SECRET)),
            id="png with transparency",
        ),
        pytest.param(encode(photo(2_000, 1_500), "WEBP", exif=exif(1)), id="webp"),
        pytest.param(encode(photo(2_000, 1_500), "AVIF", exif=exif(1)), id="avif"),
    ],
)
def test_faces_are_looked_for_in_a_small_jpeg(data: bytes) -> None:
    """Rekognition gets a baseline JPEG of the pixels alone, far below 5 MB."""
    rekognition = FakeRekognition()

    crop(data, rekognition)

    (jpeg,) = rekognition.jpegs
    assert rekognition.seen.format == "JPEG"
    assert max(rekognition.seen.size) <= OVERVIEW
    assert len(jpeg) < 500_000
    assert re.search(rb"\xff\xc0\x00", jpeg)  # the frame of a baseline JPEG
    assert SECRET.encode() not in jpeg
    assert all(str(name).startswith("jfif") for name in rekognition.seen.info)


def test_faces_of_a_transparent_picture() -> None:
    """The overview shows the background through transparent pixels."""
    rekognition = FakeRekognition()
    picture = Image.new("RGBA", (200, 300), (0, 0, 0, 0))

    crop(encode(picture, "PNG"), rekognition, background="#ff0000")

    assert rekognition.seen.getpixel((100, 100)) == (254, 0, 0)


def test_faces_of_a_damaged_picture() -> None:
    """A picture that cannot be decoded is rejected, and nobody is asked about it."""
    rekognition = FakeRekognition()

    with pytest.raises(PictureRejected):
        crop(broken()["png-cut"], rekognition)

    assert rekognition.jpegs == []


def test_finder_that_fails_is_not_the_pictures_fault() -> None:
    """An error of the finder's is not a rejection, which would be final."""

    def fail(_: Overview) -> Any:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        make_profile_picture(encode(photo(200, 300), "PNG"), PictureSpec(), fail)
