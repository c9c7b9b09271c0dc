"""Where to cut a picture: its orientation, and the square within it as stored."""

from __future__ import annotations

from PIL import Image

# The share of a high picture's surplus that is cut off at the top, chosen by looking
# (docs/crop-position.png): with 10% close portraits lose the chin, with 33% standing
# people lose their hair.
PORTRAIT_POSITION = 0.2

# Where a face's eyes are within its box, and where they are put within the square: two
# fifths from the top (of the documented answers, 0.39 and 0.40). Sideways, the middle.
EYES = 0.4
MIDDLE = 0.5

Box = tuple[float, float, float, float]

# The operation that turns a stored picture upright, by orientation.
TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = {5, 6, 7, 8}  # orientations that exchange width and height
TOP_LAST = {3, 4, 7, 8}  # orientations that store the upright picture's top last
LEFT_LAST = {2, 3, 6, 7}  # the same of its left side


def read_orientation(source: Image.Image) -> int:
    """
    Return the orientation of an opened file, in the terms of EXIF.

    It comes from EXIF or from the container: `orientation` of the format's class. XMP
    alone turns no picture, as in browsers: editors turn the pixels and leave the XMP.
    """
    return int(getattr(source, "orientation", 1))


def default_position(size: tuple[int, int], position: float | None) -> float:
    """
    Return where to cut an upright picture of which nothing is known but its size.

    Args:
        size: Its width and height.
        position: The part of a high picture that is kept, 0 the top, 1 the
            bottom; `None` chooses. A wide one is always cut from both sides.

    Returns:
        The share of the surplus that is cut off at the left or top.
    """
    width, height = size
    if width >= height:
        return 0.5
    return PORTRAIT_POSITION if position is None else position


def square_box(extent: tuple[float, float], orientation: int, position: float) -> Box:
    """
    Return left, top, right, bottom of the square within the picture as stored, in px.

    Args:
        extent: The picture's width and height in px.
        orientation: As `read_orientation` returned it.
        position: The share of the upright picture's surplus that is cut off at its
            left or top.
    """
    width, height = extent[::-1] if orientation in SIDEWAYS else extent
    stored_last = TOP_LAST if height > width else LEFT_LAST
    share = 1 - position if orientation in stored_last else position
    edge = min(extent)
    left, top = ((length - edge) * share for length in extent)
    return left, top, left + edge, top + edge


def closer_square(
    size: tuple[int, int], place: tuple[float, float, float], least: float
) -> Box | None:
    """
    Return left, top, right, bottom of a square that is closer to faces, in px.

    Args:
        size: Width and height of the upright picture, in px.
        place: Left and top, as shares of width and height; the side, as a share of the
            shorter one.
        least: The square's side, at least, in px. A smaller one is grown around the
            eyes, so that it holds all that it held.

    Returns:
        `None` if it would be as large as without faces.
    """
    left, top, share = place
    wanted = share * min(size)
    edge = max(wanted, least)
    if edge >= min(size):
        return None
    x = left * size[0] - MIDDLE * (edge - wanted)
    y = top * size[1] - EYES * (edge - wanted)
    x, y = min(max(x, 0.0), size[0] - edge), min(max(y, 0.0), size[1] - edge)
    return x, y, x + edge, y + edge


def stored_box(
    box: Box, size: tuple[int, int], orientation: int, extent: tuple[float, float]
) -> Box:
    """
    Return where a box of the upright picture is in the picture as stored, in px.

    Args:
        box: Left, top, right, bottom, in px.
        size: Width and height of the upright picture, in px.
        orientation: As `read_orientation` returned it.
        extent: Width and height of the picture as decoded, in px.
    """
    across = (box[0] / size[0], box[2] / size[0])
    down = (box[1] / size[1], box[3] / size[1])
    if orientation in LEFT_LAST:
        across = 1 - across[1], 1 - across[0]
    if orientation in TOP_LAST:
        down = 1 - down[1], 1 - down[0]
    x, y = (down, across) if orientation in SIDEWAYS else (across, down)
    (left, right), (top, bottom) = (
        [min(max(share, 0.0), 1.0) * length for share in shares]
        for shares, length in zip((x, y), extent, strict=True)
    )
    return left, top, right, bottom
