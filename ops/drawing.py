"""The drawing of contact sheets; it needs only Pillow."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

PAPER, INK, BLANK = "#ffffff", "#1f2430", "#d5d9e2"
SMOOTH = 4  # the round mask is drawn larger by this factor, for a smooth edge


def make_round_mask(side: int) -> Image.Image:
    """Return a disc, smooth at its edge."""
    large = Image.new("L", (side * SMOOTH, side * SMOOTH))
    ImageDraw.Draw(large).ellipse((0, 0, *large.size), fill=255)
    return large.resize((side, side), Image.Resampling.LANCZOS)


def write_centered(
    picture: Image.Image, place: tuple[int, int], text: str, size: int
) -> None:
    """
    Write a line of text.

    Args:
        picture: Where to.

        place: The text's middle.

        text: One line.

        size: In px.
    """
    font = ImageFont.load_default(size)
    ImageDraw.Draw(picture).text(place, text, fill=INK, font=font, anchor="mm")
