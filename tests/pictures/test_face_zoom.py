"""A square comes closer to faces, as far as the picture has pixels for it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pictures.crop import SIDEWAYS, Box, closer_square, square_box, stored_box
from pictures.faces import Face, focus_on
from pictures.profile_picture import (
    OVERVIEW,
    Focus,
    PictureSpec,
    ProfilePicture,
    make_profile_picture,
    shown_square,
)
from pictures.rekognition import FaceFinder
from tests.fakes.rekognition import FakeRekognition, Shares, face_details, find_patches
from tests.pictures.checks import difference
from tests.pictures.test_faces_crop import UPRIGHT, scene, store
from tests.samples.pictures import BLUE, RED, encode

SIZE = (4_000, 3_000)
SIDE = 512
WIDE = (0.60, 0.20, 0.66, 0.28)  # a face of 240 x 240 px


def cut(
    data: bytes, zoom: float = 0.5, answer: Any = None, **spec: Any
) -> tuple[Image.Image, ProfilePicture]:
    """Return the square that is made of a file, and the facts about it."""
    client: Any = FakeRekognition(*([answer] if answer else []))
    find = FaceFinder(client, zoom).find
    made = make_profile_picture(
        data, PictureSpec(looks_into_squares=zoom > 0, **spec), find
    )
    return Image.open(BytesIO(made.data)), made


def square(focus: Focus, size: tuple[int, int], least: float = 0.0) -> Box:
    """Return the square of a focus, in px of the upright picture."""
    closer = closer_square(size, (focus.left, focus.top, focus.share), least)
    assert focus.position is not None
    return closer or square_box(size, 1, focus.position)


def test_face_fills_half_of_the_height() -> None:
    """A face that is small in a large picture is as high as half the square."""
    face = Face(*WIDE)

    left, top, right, bottom = square(focus_on([face], SIZE, 0.5), SIZE)

    assert (right - left, bottom - top) == pytest.approx((480, 480))
    assert (left + right) / 2 == pytest.approx(0.63 * 4_000)
    eyes = (0.20 + 0.4 * 0.08) * 3_000
    assert (eyes - top) / (bottom - top) == pytest.approx(0.4)


def test_closer_square_has_enough_pixels() -> None:
    """It is no smaller than what is made of it, and keeps the eyes where they are."""
    left, top, right, bottom = square(focus_on([Face(*WIDE)], SIZE, 0.5), SIZE, SIDE)

    assert (right - left, bottom - top) == pytest.approx((SIDE, SIDE))
    assert (left + right) / 2 == pytest.approx(0.63 * 4_000)
    assert ((0.20 + 0.4 * 0.08) * 3_000 - top) / SIDE == pytest.approx(0.4)


def test_closer_square_stays_in_the_picture() -> None:
    """A face in a corner is shown there."""
    box = square(focus_on([Face(0.0, 0.0, 0.1, 0.1)], SIZE, 0.5), SIZE, SIDE)

    assert box == pytest.approx((0, 0, 600, 600))


def test_no_pixels_no_zoom() -> None:
    """A small picture is cut as if nothing was to come closer."""
    face, size = Face(0.4, 0.4, 0.5, 0.5), (700, 500)

    focus = focus_on([face], size, 0.5)

    assert focus.share < 1
    assert closer_square(size, (focus.left, focus.top, focus.share), SIDE) is None


def test_a_large_face_is_not_cut_smaller() -> None:
    """A face that fills more than its share already changes nothing."""
    face = Face(0.4, 0.2, 0.7, 0.8)

    assert focus_on([face], SIZE, 0.5) == focus_on([face], SIZE)


def test_group_stays_together() -> None:
    """The square comes closer only as far as all the faces have room in it."""
    faces = [Face(0.4, 0.4, 0.45, 0.47), Face(0.6, 0.45, 0.64, 0.51)]

    focus = focus_on(faces, SIZE, 0.5)

    left, top, right, bottom = square(focus, SIZE)
    assert focus.faces == 2
    assert right - left == pytest.approx((0.65 - 0.3875) * 4_000)
    assert left <= (0.4 - 0.24 * 0.05) * 4_000
    assert right >= (0.64 + 0.24 * 0.04) * 4_000
    assert top < 0.4 * 3_000
    assert bottom > 0.51 * 3_000


def test_faces_of_the_background_do_not_hold_it_back() -> None:
    """Small faces elsewhere do not count, as without coming closer."""
    face, small = Face(*WIDE), Face(0.1, 0.8, 0.12, 0.82)

    assert focus_on([small, face], SIZE, 0.5) == focus_on([face], SIZE, 0.5)


def test_wide_face_is_shown_whole() -> None:
    """A box that is wider than high has its width in the square."""
    left, _, right, _ = square(focus_on([Face(0.3, 0.3, 0.5, 0.34)], SIZE, 1.0), SIZE)

    assert left <= 0.3 * 4_000
    assert right >= 0.5 * 4_000


positions = st.floats(0, 0.98)
lengths = st.floats(0.01, 0.5)
any_face = st.builds(
    lambda x, y, w, h: Face(x, y, min(x + w, 1.0), min(y + h, 1.0)),
    *(positions, positions, lengths, lengths),
)
any_size = st.tuples(st.integers(80, 8_000), st.integers(80, 8_000))
zooms = st.floats(0.05, 1)


@given(st.lists(any_face, min_size=1, max_size=5), any_size, zooms, st.data())
def test_closer_square_of_any_faces(
    faces: list[Face], size: tuple[int, int], zoom: float, data: st.DataObject
) -> None:
    """The square is in the picture, large enough, and shows at least as many faces."""
    least = float(data.draw(st.integers(1, min(size))))
    before, focus = focus_on(faces, size), focus_on(faces, size, zoom)

    assert (focus.position, focus.faces) == (before.position, before.faces)
    closer = closer_square(size, (focus.left, focus.top, focus.share), least)
    if closer is None:
        return
    left, top, right, bottom = closer
    assert min(left, top) >= 0
    assert right <= size[0] + 1e-6
    assert bottom <= size[1] + 1e-6
    assert right - left == pytest.approx(bottom - top)
    assert least - 1e-6 <= right - left < min(size)
    inside = [
        face
        for face in faces
        if left - 1e-6 <= face.left * size[0]
        and face.right * size[0] <= right + 1e-6
        and top - 1e-6 <= face.top * size[1]
        and face.bottom * size[1] <= bottom + 1e-6
    ]
    largest = max(faces, key=lambda face: face.area)
    assert any(face.area == largest.area for face in inside)
    assert len(inside) >= focus.faces


@given(any_face, any_size, zooms)
def test_share_of_one_face(face: Face, size: tuple[int, int], zoom: float) -> None:
    """One face that is high enough fills just its share, if pixels do not matter."""
    width, height = (
        (face.right - face.left) * size[0],
        (face.bottom - face.top) * size[1],
    )
    edge = height / zoom

    focus = focus_on([face], size, zoom)

    if width * 1.5 <= edge < min(size):
        assert focus.share * min(size) == pytest.approx(edge)
    else:
        assert focus.share * min(size) >= min(edge, min(size)) * (1 - 1e-9)


@given(st.lists(any_face, max_size=5), any_size)
def test_zoom_of_zero_changes_nothing(faces: list[Face], size: tuple[int, int]) -> None:
    """Without coming closer the square is as large as the picture allows."""
    focus = focus_on(faces, size, 0.0)

    assert focus == focus_on(faces, size)
    assert (focus.left, focus.top, focus.share) == (0.0, 0.0, 1.0)


@given(any_size, st.integers(1, 8), positions, positions, st.floats(0.01, 1))
def test_stored_box_is_the_same_part(
    size: tuple[int, int], orientation: int, x: float, y: float, share: float
) -> None:
    """However a picture is stored, the box is inside it and of the same area."""
    box = closer_square(size, (x, y, share), 1.0)
    extent = size[::-1] if orientation in SIDEWAYS else size
    if box is None:
        return

    left, top, right, bottom = stored_box(box, size, orientation, extent)

    assert 0 <= left < right <= extent[0]
    assert 0 <= top < bottom <= extent[1]
    assert right - left == pytest.approx(box[2] - box[0], abs=1e-6)
    assert bottom - top == pytest.approx(box[3] - box[1], abs=1e-6)


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("name", ["JPEG", "PNG"])
@pytest.mark.parametrize(
    ("size", "face"),
    [
        ((2_000, 1_400), (0.70, 0.30, 0.85, 0.50)),
        ((1_400, 2_000), (0.20, 0.60, 0.38, 0.74)),
        ((1_400, 1_400), (0.70, 0.20, 0.88, 0.40)),
    ],
    ids=["wide", "high", "square"],
)
def test_zoom_of_a_file(
    size: tuple[int, int], face: Shares, name: str, orientation: int
) -> None:
    """A face is brought closer however the picture is stored, squares included."""
    data = store(scene(size, red=face), orientation, name)

    picture, made = cut(data, size=300)

    left, top, right, bottom = find_patches(picture)[RED]
    assert picture.size == (300, 300)
    assert bottom - top == pytest.approx(0.5, abs=0.01)
    assert (left + right) / 2 == pytest.approx(0.5, abs=0.01)
    assert top + 0.4 * (bottom - top) == pytest.approx(0.4, abs=0.01)
    assert made.focus.faces == 1
    box = shown_square(made)
    assert box[2] - box[0] == pytest.approx(2 * (face[3] - face[1]) * size[1], rel=0.02)


def test_zoom_of_a_group() -> None:
    """Two faces are brought closer together."""
    red, blue = (0.30, 0.40, 0.36, 0.50), (0.44, 0.42, 0.50, 0.52)
    data = encode(scene((4_000, 2_400), red=red, blue=blue), "JPEG", quality=92)

    picture, made = cut(data, size=300)

    found = find_patches(picture)
    assert set(found) == {RED, BLUE}
    assert found[RED][2] - found[RED][0] == pytest.approx(240 / 920, abs=0.02)
    assert made.focus.faces == 2


def test_zoom_has_all_the_pixels_of_a_jpeg() -> None:
    """A JPEG that was decoded small is decoded again, so that nothing is enlarged."""
    noise = Image.effect_noise(SIZE, 60).convert("RGB")
    data = encode(noise, "JPEG", quality=95)

    picture, made = cut(data, answer=face_details(WIDE), quality=95)

    box = shown_square(made)
    assert (box[2] - box[0], box[3] - box[1]) == pytest.approx((SIDE, SIDE))
    with Image.open(BytesIO(data)) as whole:
        expected = whole.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box)
    assert difference(picture.convert("L"), expected.convert("L")) < 4


@pytest.mark.parametrize("size", [(2_000, 1_400), (1_400, 2_000)])
def test_zoom_of_zero_is_as_before(size: tuple[int, int]) -> None:
    """Switched off, the picture is that of a square that is only moved."""
    face = (0.70, 0.30, 0.80, 0.40)
    data = encode(scene(size, red=face), "JPEG", quality=92)

    _, made = cut(data, 0.0)

    moved = focus_on([Face(*found) for found in seen(data)], size).position
    assert made.crop_position == pytest.approx(moved, abs=0.01)
    assert (
        made.data
        == make_profile_picture(
            data, PictureSpec(), lambda _: Focus(position=made.crop_position)
        ).data
    )


def seen(data: bytes) -> list[Shares]:
    """Return the patches of a file."""
    with Image.open(BytesIO(data)) as picture:
        return list(find_patches(picture).values())


@pytest.mark.parametrize(
    ("side", "zoom", "asked"),
    [(1_000, 0.5, 1), (1_000, 0.0, 0), (512, 0.5, 0), (300, 0.5, 0)],
    ids=["can be closer", "off", "no pixels to spare", "small"],
)
def test_squares_are_asked_about_if_that_can_change_them(
    side: int, zoom: float, asked: int
) -> None:
    """A question that can change nothing is not asked, since it costs."""
    client: Any = FakeRekognition()
    spec = PictureSpec(looks_into_squares=zoom > 0)
    data = encode(scene((side, side), red=(0.1, 0.1, 0.2, 0.2)), "PNG")

    make_profile_picture(data, spec, FaceFinder(client, zoom).find)

    assert len(client.jpegs) == asked


def test_a_huge_jpeg_is_not_decoded_whole() -> None:
    """Beyond 50 million pixels a square stays large enough for the memory."""
    huge = (12_000, 9_000)
    made = ProfilePicture(
        data=b"",
        size=SIDE,
        source_format="jpeg",
        source_width=huge[0],
        source_height=huge[1],
        crop_position=0.5,
        focus=Focus(position=0.5, faces=1, left=0.5, top=0.5, share=0.01),
    )

    left, _, right, _ = shown_square(made)

    assert right - left == pytest.approx(1.15 * 2 * SIDE)


def test_crop_position_tells_where_the_closer_square_is() -> None:
    """It is the share of what is cut off that is at the left, or at the top."""
    data = encode(scene((4_000, 1_000), red=(0.5, 0.3, 0.55, 0.5)), "JPEG")

    _, made = cut(data, size=240)

    left, _, right, _ = shown_square(made)
    assert made.crop_position == pytest.approx(left / (4_000 - (right - left)))
    assert OVERVIEW < 4_000
