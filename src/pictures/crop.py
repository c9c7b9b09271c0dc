"""Where to cut a picture: its orientation, and the square within it as stored."""

from __future__ import annotations

from PIL import Image

# The share of a high picture's surplus that is cut off at the top, chosen by looking
# (docs/crop-position.png): with 10% close portraits lose the chin, with 33% people who
# stand lose their hair.
PORTRAIT_POSITION = 0.2

Box = tuple[float, float, float, float]

# What brings a stored picture upright, by orientation; 1 already is.
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
    Return the orientation that an opened file tells, in the terms of EXIF.

    It comes from EXIF or from the container: `orientation` of the format's class. XMP
    alone turns no picture, as in browsers: editors turn the pixels and leave the XMP.
    """
    return int(getattr(source, "orientation", 1))


def default_position(size: tuple[int, int], position: float | None) -> float:
    """
    Return where to cut an upright picture of which nothing is known but its size.

    Args:
        size: Its width and height.
        position: What stays of a picture that is higher than wide, 0 the top, 1 the
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
