"""Where faces are, of what Rekognition answers, and the square that shows them."""

from __future__ import annotations

import math
from typing import Any

import pytest
from botocore.loaders import Loader
from hypothesis import given
from hypothesis import strategies as st

from pictures.crop import SIDEWAYS, square_box
from pictures.faces import Face, focus_on, read_faces
from pictures.profile_picture import Focus
from tests.fakes.rekognition import face_details, recorded

PORTRAIT, LANDSCAPE = (600, 1_000), (1_000, 600)


def part_shown(focus: Focus, size: tuple[int, int]) -> tuple[float, ...]:
    """Return left, top, right, bottom of the square, as shares of the picture."""
    assert focus.position is not None
    box = square_box(size, 1, focus.position)
    return tuple(edge / size[i % 2] for i, edge in enumerate(box))


def details(**changes: Any) -> dict[str, Any]:
    """Return an answer of one face, some of whose values are others."""
    answer = face_details((0.4, 0.1, 0.6, 0.3))
    face = answer["FaceDetails"][0]
    for name, value in changes.items():
        (face["BoundingBox"] if name in face["BoundingBox"] else face)[name] = value
    return answer


def test_read_faces_of_documented_answers() -> None:
    """The examples of AWS's guide and of botocore's model have a face each."""
    model = Loader().load_service_model("rekognition", "examples-1")
    example = model["examples"]["DetectFaces"][0]["output"]

    (guide,) = read_faces(recorded("guide"))
    (other,) = read_faces(example)

    assert (guide.left, guide.top) == (0.10707070678472519, 0.12777778506278992)
    assert guide.right == pytest.approx(0.578, abs=0.001)
    assert other.bottom == pytest.approx(0.517, abs=0.001)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"FaceDetails": []}, id="none"),
        pytest.param({"FaceDetails": [{}, None, "face", []]}, id="no details"),
        pytest.param(details(BoundingBox={}), id="empty box"),
        pytest.param(details(BoundingBox=None), id="no box"),
        pytest.param(details(Confidence=None), id="no confidence"),
        pytest.param(details(Confidence=89.9), id="unsure"),
        pytest.param(details(Confidence=math.nan), id="confidence is no number"),
        pytest.param(details(Left=math.nan), id="left is no number"),
        pytest.param(details(Top=-math.inf, Height=math.inf), id="endless"),
        pytest.param(details(Left="left"), id="text"),
        pytest.param(details(Width=0.0), id="no width"),
        pytest.param(details(Height=-0.2), id="upside down"),
        pytest.param(details(Left=1.2), id="right of the picture"),
        pytest.param(details(Top=-0.5), id="above the picture"),
    ],
)
def test_read_faces_none(answer: dict[str, Any]) -> None:
    """Detections that are unsure, outside the picture or not faces do not count."""
    assert read_faces(answer) == []


def test_read_faces_partly_outside() -> None:
    """Of a face at the edge the part that is in the picture counts."""
    assert read_faces(face_details((-0.25, 0.75, 0.25, 1.25))) == [
        Face(0.0, 0.75, 0.25, 1.0)
    ]


def test_focus_portrait_has_eyes_at_two_fifths() -> None:
    """A face in the middle of a high picture has its eyes a little above the middle."""
    face = Face(0.3, 0.5, 0.6, 0.7)

    _, top, _, bottom = part_shown(focus_on([face], PORTRAIT), PORTRAIT)

    eyes = 0.5 + 0.4 * 0.2
    assert (eyes - top) / (bottom - top) == pytest.approx(0.4)


def test_focus_landscape_is_on_the_middle() -> None:
    """A face in a wide picture is in the middle of the square."""
    face = Face(0.6, 0.2, 0.7, 0.5)

    left, _, right, _ = part_shown(focus_on([face], LANDSCAPE), LANDSCAPE)

    assert (left + right) / 2 == pytest.approx(0.65)


@pytest.mark.parametrize(
    ("face", "size", "position"),
    [
        (Face(0.4, 0.0, 0.6, 0.1), PORTRAIT, 0.0),
        (Face(0.4, 0.9, 0.6, 1.0), PORTRAIT, 1.0),
        (Face(0.0, 0.4, 0.1, 0.6), LANDSCAPE, 0.0),
        (Face(0.9, 0.4, 1.0, 0.6), LANDSCAPE, 1.0),
    ],
    ids=["top", "bottom", "left", "right"],
)
def test_focus_stays_in_the_picture(
    face: Face, size: tuple[int, int], position: float
) -> None:
    """The square goes no further than the edge."""
    assert focus_on([face], size).position == position


def test_focus_keeps_faces_together() -> None:
    """Two faces that fit are both in the square, which is in the middle of them."""
    faces = [Face(0.2, 0.3, 0.32, 0.5), Face(0.5, 0.3, 0.6, 0.5)]

    focus = focus_on(faces, LANDSCAPE)

    left, _, right, _ = part_shown(focus, LANDSCAPE)
    assert focus.faces == 2
    assert left < 0.2 < 0.6 < right
    assert (left + right) / 2 == pytest.approx((0.26 + 0.55) / 2)


@pytest.mark.parametrize("mirrored", [False, True], ids=["left", "right"])
def test_focus_keeps_room_around_all(mirrored: bool) -> None:
    """Where faces just fit, hair and ears on either side are in the square as well."""
    large, small = (0.28, 0.48), (0.63, 0.77)
    spans = [(1 - b, 1 - a) if mirrored else (a, b) for a, b in (large, small)]
    faces = [Face(first, 0.2, last, 0.5) for first, last in spans]

    focus = focus_on(faces, LANDSCAPE)

    left, _, right, _ = part_shown(focus, LANDSCAPE)
    assert focus.faces == 2
    for first, last in spans:
        assert left <= first - 0.24 * (last - first)
        assert right >= last + 0.24 * (last - first)


def test_focus_leaves_out_what_fits_without_room_only() -> None:
    """A second face whose ear would be at the edge is not kept."""
    faces = [Face(0.28, 0.2, 0.48, 0.5), Face(0.67, 0.2, 0.81, 0.5)]

    assert focus_on(faces, LANDSCAPE).faces == 1


def test_focus_leaves_out_what_does_not_fit() -> None:
    """Of faces too far apart the larger one, and who is beside it, are shown."""
    faces = [
        Face(0.0, 0.3, 0.1, 0.5),
        Face(0.7, 0.3, 0.82, 0.5),
        Face(0.5, 0.3, 0.6, 0.5),
    ]

    focus = focus_on(faces, LANDSCAPE)

    left, _, right, _ = part_shown(focus, LANDSCAPE)
    assert focus.faces == 2
    assert 0.1 < left < 0.5
    assert right > 0.82


def test_focus_leaves_out_the_background() -> None:
    """Faces less than half as large as the largest one decide nothing."""
    face, small = Face(0.6, 0.2, 0.8, 0.6), Face(0.3, 0.2, 0.4, 0.4)

    assert focus_on([small, face], LANDSCAPE) == focus_on([face], LANDSCAPE)


def test_focus_on_a_face_larger_than_the_square() -> None:
    """Of a face that does not fit with room around it, the square shows the middle."""
    _, top, _, bottom = part_shown(
        focus_on([Face(0.0, 0.3, 1.0, 0.85)], PORTRAIT), PORTRAIT
    )

    assert top < 0.3
    assert bottom > 0.85


def test_focus_of_no_face() -> None:
    """Without a face there is no position, and the reason is given."""
    assert focus_on([], PORTRAIT) == Focus(fallback="no-face")


shares = st.floats(0, 1)
faces = st.builds(
    lambda x, y, u, v: Face(min(x, u), min(y, v), max(x, u), max(y, v)),
    *(shares, shares, shares, shares),
).filter(lambda face: face.area > 0)


@given(
    st.lists(faces, min_size=1, max_size=5),
    st.tuples(st.integers(80, 2_000), st.integers(80, 2_000)),
    st.integers(1, 8),
)
def test_focus_shows_the_largest_face(
    faces: list[Face], size: tuple[int, int], orientation: int
) -> None:
    """The square is in the picture, and holds the middle of the largest face."""
    focus = focus_on(faces, size)

    assert focus.position is not None
    assert 0 <= focus.position <= 1
    assert 1 <= focus.faces <= len(faces)
    stored = size[::-1] if orientation in SIDEWAYS else size
    box = square_box(stored, orientation, focus.position)
    assert min(box) >= -1e-6
    assert box[2] <= stored[0] + 1e-6
    assert box[3] <= stored[1] + 1e-6
    left, top, right, bottom = part_shown(focus, size)
    area = max(face.area for face in faces)
    assert any(
        left - 1e-6 <= (face.left + face.right) / 2 <= right + 1e-6
        and top - 1e-6 <= (face.top + face.bottom) / 2 <= bottom + 1e-6
        for face in faces
        if face.area == area
    )
