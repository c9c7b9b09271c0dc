"""The faces in a picture, and the square that shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .crop import EYES, MIDDLE
from .model import Focus
from .spans import ROOM, Span, hull, place

SURE = 90.0  # percent; detections below this confidence are ignored
SMALLER = 0.5  # of the largest face's area, from which on another one counts as well

TINY = 1e-9  # by which a square is larger than what it holds, for rounded numbers


@dataclass(frozen=True, slots=True)
class Face:
    """
    A face's box, of which only what is inside the picture counts.

    Args:
        left: As all others, a share of the picture's width or height.

        top: From the picture's top.

        right: From the picture's left.

        bottom: From the picture's top.
    """

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        """The share of the picture that it covers."""
        return (self.right - self.left) * (self.bottom - self.top)


def read_faces(answer: Mapping[str, Any]) -> list[Face]:
    """Return what is surely a face, and in the picture, of DetectFaces' answer."""
    found = map(_read_face, answer["FaceDetails"])
    return [face for face in found if face is not None]


def focus_on(faces: Iterable[Face], size: tuple[int, int], zoom: float = 0.0) -> Focus:
    """
    Return where to cut the square that shows the largest face, and those beside it.

    Args:
        faces: Any number of them, in any order.

        size: The picture's width and height.

        zoom: The share of the square's height that the largest face is to fill; the
            square is made smaller until it does, but keeps all faces that it shows. 0
            only moves it.
    """
    largest_first = sorted(faces, key=lambda face: face.area, reverse=True)
    if not largest_first:
        return Focus(fallback="no-face")
    least = SMALLER * largest_first[0].area
    wanted = [face for face in largest_first if face.area >= least]
    axis = _down if size[1] > size[0] else _across
    edge = min(size) / max(size)
    kept = _keep(wanted, axis, edge)
    start = place([axis(face) for face in kept], edge)
    position = start / (1 - edge) if edge < 1 else MIDDLE
    left, top, share = _come_closer(kept, size, zoom) if zoom else (0.0, 0.0, 1.0)
    return Focus(position=position, faces=len(kept), left=left, top=top, share=share)


def _read_face(detail: Any) -> Face | None:
    """Return the part of a face that is in the picture, `None` if it is unsure."""
    try:
        box = detail["BoundingBox"]
        values = (box["Left"], box["Top"], box["Width"], box["Height"])
        left, top, width, height = map(float, values)
        confidence = float(detail["Confidence"])
    except (KeyError, TypeError, ValueError):
        return None
    right, bottom = left + width, top + height
    face = Face(*(min(max(edge, 0.0), 1.0) for edge in (left, top, right, bottom)))
    # Comparisons with NaN are false.
    is_seen = face.right > face.left and face.bottom > face.top
    return face if is_seen and confidence >= SURE else None


def _across(face: Face) -> Span:
    """Return what a face covers of the picture's width."""
    return Span(face.left, face.right, MIDDLE)


def _down(face: Face) -> Span:
    """Return what a face covers of the picture's height."""
    return Span(face.top, face.bottom, EYES)


def _keep(faces: list[Face], axis: Callable[[Face], Span], edge: float) -> list[Face]:
    """
    Return the faces that fit into the square together, with room around them.

    Args:
        faces: The largest first, which is always kept.

        axis: The direction in which the picture is longer than the square.

        edge: The square's own share of that length.
    """
    kept: list[Face] = []
    for face in faces:
        first, last = hull([axis(it) for it in (*kept, face)], ROOM)
        if not kept or last - first <= edge:
            kept.append(face)
    return kept


def _come_closer(
    faces: list[Face], size: tuple[int, int], zoom: float
) -> tuple[float, float, float]:
    """
    Return the square in which the largest face has the wanted height.

    Args:
        faces: All that have to stay in it, the largest first.

        size: The picture's width and height.

        zoom: The share of the square's height.

    Returns:
        Its left and top, as shares of width and height; its side, as a share of the
        shorter one, 1 if that is as close as without faces.
    """
    room = min(ROOM, 1 / zoom)
    directions = [[_across(face) for face in faces], [_down(face) for face in faces]]
    hulls = [hull(spans, room) for spans in directions]
    needed = [
        (last - first) * length
        for (first, last), length in zip(hulls, size, strict=True)
    ]
    height = (faces[0].bottom - faces[0].top) * size[1]
    edge = max(height / zoom, *needed) * (1 + TINY)
    if edge >= min(size):
        return 0.0, 0.0, 1.0
    left, top = (
        place(spans, edge / length, room)
        for spans, length in zip(directions, size, strict=True)
    )
    return left, top, edge / min(size)
