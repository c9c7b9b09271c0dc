"""The faces in a picture, and the square that shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .model import Focus

SURE = 90.0  # percent; what is less surely a face is none
SMALLER = 0.5  # of the largest face's area, from which on another one counts as well

# Where a face's eyes are within its box, and where they are put within the square: two
# fifths from the top (of the documented answers, 0.39 and 0.40). Sideways, the middle.
EYES = 0.4
MIDDLE = 0.5
ROOM = 1.5  # times the box; hair, ears and chin need as much


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


def focus_on(faces: Iterable[Face], size: tuple[int, int]) -> Focus:
    """
    Return where to cut the square that shows the largest face, and those beside it.

    The square is as large as the picture allows, and only moved: a face gets no larger.

    Args:
        faces: Any number of them, in any order.

        size: The picture's width and height.
    """
    largest_first = sorted(faces, key=lambda face: face.area, reverse=True)
    if not largest_first:
        return Focus(fallback="no-face")
    least = SMALLER * largest_first[0].area
    wanted = [face for face in largest_first if face.area >= least]
    width, height = size
    if height > width:
        spans, eyes = [(face.top, face.bottom) for face in wanted], EYES
    else:
        spans, eyes = [(face.left, face.right) for face in wanted], MIDDLE
    edge = min(size) / max(size)
    start, count = _place(spans, edge, eyes)
    return Focus(position=start / (1 - edge) if edge < 1 else MIDDLE, faces=count)


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
    # What is no number compares as false.
    is_seen = face.right > face.left and face.bottom > face.top
    return face if is_seen and confidence >= SURE else None


def _place(
    spans: list[tuple[float, float]], edge: float, eyes: float
) -> tuple[float, int]:
    """
    Move the square along the longer side.

    Args:
        spans: Where faces begin and end, the largest first, as shares of that side.

        edge: The square's own share of it.

        eyes: Where the eyes are within a face, and shall be within the square.

    Returns:
        Where the square begins, and how many faces are in it with room around them.
    """
    kept: list[float] = []
    first, last = 1.0, 0.0
    for begin, end in spans:
        point, room = begin + eyes * (end - begin), ROOM * (end - begin)
        wider = min(first, point - eyes * room), max(last, point + (1 - eyes) * room)
        if not kept or min(wider[1], 1.0) - max(wider[0], 0.0) <= edge:
            kept.append(point)
            first, last = max(wider[0], 0.0), min(wider[1], 1.0)
    if last - first > edge:  # a face as large as that: its middle at least
        first = last = sum(spans[0]) / 2
    aim = (min(kept) + max(kept)) / 2 - eyes * edge
    return min(max(aim, last - edge, 0.0), first, 1 - edge), len(kept)
