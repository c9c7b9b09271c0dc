"""
Draw docs/crop-position.png: pictures as people take them, cut at several positions.

Run it as `python tools/crop_sheet.py` in the root of the repository.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont, ImageOps

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "src"))

from pictures.crop import PORTRAIT_POSITION  # noqa: E402 - needs the path
from pictures.profile_picture import (  # noqa: E402 - needs the path
    PictureSpec,
    make_profile_picture,
)

POSITIONS = (0.0, 0.1, 0.2, 0.33, 0.5)
COLUMNS = 2
CELL, GAP, TITLE, MARGIN = 96, 6, 18, 24  # px
WIDTH = (len(POSITIONS) + 1) * (CELL + GAP)
HEIGHT = CELL + TITLE + GAP
FONT = ImageFont.load_default(12)

PHOTOS = ROOT / "local" / "pictures"
# A view may go beyond a photo by so much: there its outermost rows are stretched.
BEYOND, EDGE = 320, 8  # px


class View(NamedTuple):
    """
    A possible view of a camera.

    Args:
        photo: A sample photograph.

        box: Left, top, right and bottom on it; it may begin above and end below.

        angle: How many degrees the camera was tilted by.

        people: 2 puts the mirrored view beside it.
    """

    photo: str
    box: tuple[int, int, int, int]
    angle: int = 0
    people: int = 1


ASTRONAUT, CAT, ROCKET = "astronaut.png", "chelsea.png", "rocket.jpg"
VIEWS = {
    "1:1, astronaut": View(ASTRONAUT, (0, 0, 512, 512)),
    "3:2, cat": View(CAT, (0, 0, 451, 300)),
    "3:2, coffee": View("coffee.png", (0, 0, 600, 400)),
    "3:2, rocket": View(ROCKET, (0, 0, 640, 427)),
    "3:4, close face": View(ASTRONAUT, (130, -15, 330, 252)),
    "2:3, close face": View(ASTRONAUT, (130, -30, 330, 270)),
    "9:16, close face": View(ASTRONAUT, (130, -70, 330, 285)),
    "4:5, head and shoulders": View(ASTRONAUT, (75, -35, 385, 352)),
    "3:4, half body": View(ASTRONAUT, (40, -10, 390, 457)),
    "9:16, half body": View(ASTRONAUT, (85, -40, 375, 475)),
    "9:16, face in the upper third": View(ASTRONAUT, (95, -70, 365, 410)),
    "9:16, face in the middle third": View(ASTRONAUT, (95, -140, 365, 340)),
    "3:4, tilted selfie": View(ASTRONAUT, (120, -35, 330, 245), angle=14),
    "9:16, tilted selfie": View(ASTRONAUT, (128, -80, 322, 265), angle=-14),
    "3:4, two people": View(ASTRONAUT, (95, -130, 345, 537), people=2),
    "9:16, small in the frame": View(ASTRONAUT, (0, -230, 512, 680)),
    "9:16, rocket: far away": View(ROCKET, (200, 0, 440, 427)),
    "3:4, cat: fills the frame": View(CAT, (120, 0, 345, 300)),
}


def draw_sheet() -> Image.Image:
    """Return a sheet with a row for each view and a column for each position."""
    rows = -(-len(VIEWS) // COLUMNS)
    size = COLUMNS * (WIDTH + MARGIN) - MARGIN + GAP, TITLE + rows * HEIGHT
    sheet = Image.new("RGB", size, "white")
    for number, (name, view) in enumerate(VIEWS.items()):
        column, row = divmod(number, rows)
        left = GAP + column * (WIDTH + MARGIN)
        if row == 0:
            draw_positions(sheet, left)
        draw_row(sheet, (left, TITLE + row * HEIGHT), name, take(view))
    return sheet.quantize(80, dither=Image.Dither.NONE)


def take(view: View) -> Image.Image:
    """Return what the camera saw."""
    left, top, right, bottom = view.box
    photo = Image.open(PHOTOS / view.photo).convert("RGB")
    width, height = photo.size
    wide = Image.new("RGB", (width, height + 2 * BEYOND))
    for start, row in ((0, 0), (BEYOND + height, height - EDGE)):
        strip = photo.crop((0, row, width, row + EDGE))
        wide.paste(strip.resize((width, BEYOND)), (0, start))
    wide.paste(photo, (0, BEYOND))
    box = left, BEYOND + top, right, BEYOND + bottom
    middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    seen = wide.rotate(view.angle, Image.Resampling.BICUBIC, center=middle).crop(box)
    if view.people == 1:
        return seen
    both = Image.new("RGB", (2 * seen.width, seen.height))
    both.paste(seen, (0, 0))
    both.paste(ImageOps.mirror(seen), (seen.width, 0))
    return both


def draw_positions(sheet: Image.Image, left: int) -> None:
    """Draw the head of each column."""
    draw = ImageDraw.Draw(sheet)
    for column, position in enumerate(POSITIONS, start=1):
        text = f"{position:.0%}" + (" = auto" if position == PORTRAIT_POSITION else "")
        draw.text((left + column * (CELL + GAP), 4), text, "black", FONT)


def draw_row(
    sheet: Image.Image, corner: tuple[int, int], name: str, picture: Image.Image
) -> None:
    """Draw a picture and its squares."""
    left, top = corner
    ImageDraw.Draw(sheet).text((left, top + 2), name, "black", FONT)
    small = picture.copy()
    small.thumbnail((CELL, CELL))
    sheet.paste(small, (left, top + TITLE))
    for column, position in enumerate(POSITIONS, start=1):
        place = left + column * (CELL + GAP), top + TITLE
        sheet.paste(square(picture, position), place)


def square(picture: Image.Image, position: float) -> Image.Image:
    """Return the profile picture as the function makes it, at the size of a cell."""
    file = BytesIO()
    picture.save(file, "PNG")
    spec = PictureSpec(crop_position=position)
    data = make_profile_picture(file.getvalue(), spec).data
    return Image.open(BytesIO(data)).resize((CELL, CELL), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    draw_sheet().save(ROOT / "docs" / "crop-position.png", optimize=True)
