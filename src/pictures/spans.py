"""Where faces are in one direction, and where a square begins that shows them."""

from __future__ import annotations

from typing import NamedTuple

ROOM = 1.5  # times the face; hair, ears and chin need as much


class Span(NamedTuple):
    """
    The span of a face in one direction, as shares of the picture's length.

    Args:
        begin: Where it begins.

        end: Where it ends.

        eyes: Where the eyes are within it, and are put within the square.
    """

    begin: float
    end: float
    eyes: float

    @property
    def point(self) -> float:
        """Where the eyes are."""
        return self.begin + self.eyes * (self.end - self.begin)

    def widen(self, room: float) -> tuple[float, float]:
        """Return where it begins and ends with room around it, within the picture."""
        length = room * (self.end - self.begin)
        begin = self.point - self.eyes * length
        end = self.point + (1 - self.eyes) * length
        return max(begin, 0.0), min(end, 1.0)


def hull(spans: list[Span], room: float) -> tuple[float, float]:
    """Return where the first of them begins and the last ends, with room around."""
    widened = [span.widen(room) for span in spans]
    return min(begin for begin, _ in widened), max(end for _, end in widened)


def place(spans: list[Span], edge: float, room: float = ROOM) -> float:
    """
    Return where the square begins that shows all of them, in one direction.

    Args:
        spans: Of faces that fit into it, the largest first.

        edge: The square's own share of the picture's length.

        room: The margin around a face, as times its length.
    """
    first, last = hull(spans, room)
    if last - first > edge:  # a face as large as that: its middle at least
        first = last = (spans[0].begin + spans[0].end) / 2
    points = [span.point for span in spans]
    aim = (min(points) + max(points)) / 2 - spans[0].eyes * edge
    return min(max(aim, last - edge, 0.0), first, 1 - edge)
