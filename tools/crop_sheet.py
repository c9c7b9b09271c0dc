"""
Draw docs/crop-position.png: portrait pictures and their squares at several positions.

Run it as `python tools/crop_sheet.py` in the root of the repository.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "src"))

from picture import PictureSpec, make_profile_picture  # noqa: E402 - needs the path

POSITIONS = (0.0, 0.1, 0.2, 0.33, 0.5)
CELL, GAP, TITLE = 92, 6, 15  # px

PHOTO = ROOT / "local" / "pictures" / "astronaut.png"
WALL = 8  # rows at the photo's top that show nothing but the wall

# What a camera may have seen: left, right and bottom of the photo, and how many rows of
# wall are put above, which moves the face down.
PORTRAITS = {
    "3:4, waist up": (40, 390, 466, 0),
    "9:16, waist up": (120, 390, 440, 40),
    "3:4, face": (110, 350, 290, 30),
    "2:3, face": (120, 340, 290, 40),
    "9:16, face": (120, 340, 331, 60),
    "3:4, low face": (110, 350, 260, 60),
}


def draw_sheet() -> Image.Image:
    """Return a sheet with a row for each portrait and a column for each position."""
    width = (len(POSITIONS) + 1) * (CELL + GAP) + GAP
    sheet = Image.new("RGB", (width, len(PORTRAITS) * (CELL + GAP + TITLE)), "white")
    for row, (name, view) in enumerate(PORTRAITS.items()):
        draw_row(sheet, row * (CELL + GAP + TITLE), name, take(*view))
    return sheet.quantize(96, dither=Image.Dither.NONE)


def take(left: int, right: int, bottom: int, wall: int) -> Image.Image:
    """Return a part of the photo with rows of wall above."""
    photo = Image.open(PHOTO)
    portrait = Image.new("RGB", (right - left, wall + bottom))
    above = photo.crop((left, 0, right, WALL)).resize((right - left, wall + 1))
    portrait.paste(above, (0, 0))
    portrait.paste(photo.crop((left, 0, right, bottom)), (0, wall))
    return portrait


def draw_row(sheet: Image.Image, top: int, name: str, portrait: Image.Image) -> None:
    """Draw the portrait and the squares that are made of it."""
    draw = ImageDraw.Draw(sheet)
    draw.text((GAP, top + 2), name, "black")
    small = portrait.copy()
    small.thumbnail((CELL, CELL))
    sheet.paste(small, (GAP, top + TITLE))
    for column, position in enumerate(POSITIONS, start=1):
        left = GAP + column * (CELL + GAP)
        draw.text((left, top + 2), f"{position:.0%}", "black")
        sheet.paste(square(portrait, position), (left, top + TITLE))


def square(portrait: Image.Image, position: float) -> Image.Image:
    """Return the profile picture as the function makes it, at the size of a cell."""
    file = BytesIO()
    portrait.save(file, "PNG")
    spec = PictureSpec(crop_position=position)
    data = make_profile_picture(file.getvalue(), spec).data
    return Image.open(BytesIO(data)).resize((CELL, CELL), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    draw_sheet().save(ROOT / "docs" / "crop-position.png", optimize=True)
