"""Animations: the first of their pictures that shows something."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from PIL import Image

# Of a picture's pixels, at least. Encoders begin animations with frames of one pixel,
# or of no visible pixel; a drawing on a transparent background has far more than this.
VISIBLE = 0.01
MAX_FRAMES = 20  # that are decoded to find one that shows something
MAX_PIXELS = 16_000_000  # of an animation; a frame takes up to 12 bytes a pixel

KEEP, CLEAR, RESTORE = range(3)  # the result of a frame when the next one comes


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """
    A picture of an animation.

    Args:
        box: Left, top, right, bottom within the whole picture, in px.
        decode: Returns its pixels, an RGBA picture of the size of the box.
        disposal: One of `KEEP`, `CLEAR`, `RESTORE`.
        blend: Whether what is below shows through.
    """

    box: tuple[int, int, int, int]
    decode: Callable[[], Image.Image]
    disposal: int = KEEP
    blend: bool = True


def shows_something(picture: Image.Image) -> bool:
    """Tell whether a loaded picture has enough pixels that can be seen."""
    transparent = picture.info.get("transparency")
    if picture.mode in ("P", "L") and isinstance(transparent, int):
        hidden = picture.histogram()[transparent]
    elif "A" in picture.getbands():
        hidden = picture.getchannel("A").histogram()[0]
    else:
        return True
    return picture.width * picture.height - hidden >= VISIBLE * (
        picture.width * picture.height
    )


def find_visible(size: tuple[int, int], frames: Iterable[Frame]) -> Image.Image | None:
    """
    Return the first picture of an animation that shows something, as a player shows it.

    Args:
        size: Width and height of the whole picture, in px.
        frames: From the first on.

    Returns:
        An RGBA picture, or `None` if the first frames show nothing.
    """
    if size[0] * size[1] > MAX_PIXELS:
        return None
    canvas = Image.new("RGBA", size)
    for frame in islice(frames, MAX_FRAMES):
        picture = frame.decode()
        before = canvas.copy() if frame.disposal == RESTORE else None
        if frame.blend:
            canvas.alpha_composite(picture, frame.box[:2])
        else:
            canvas.paste(picture, frame.box)
        if shows_something(canvas):
            return canvas
        if frame.disposal == CLEAR:
            canvas.paste((0, 0, 0, 0), frame.box)
        canvas = before or canvas
    return None
