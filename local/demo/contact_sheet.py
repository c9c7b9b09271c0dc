"""A contact sheet: every user with the picture that Authgear shows."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from local.authgear import User
from local.loopback import fetch

SIDE = 240  # pixels of a picture, as Authgear shows it
MARGIN = 24  # pixels
CAPTION = 40  # pixels
COLUMNS = 4
PAPER, INK, BLANK = "#ffffff", "#1f2430", "#d5d9e2"
SMOOTH = 4  # the round mask is drawn so many times larger, for a smooth edge


def make_contact_sheet(users: Iterable[User]) -> Image.Image:
    """Return a sheet of the users' pictures, round as apps show them, and names."""
    people = sorted(users, key=lambda user: (not user.picture_object_id, _name(user)))
    rows = -(-len(people) // COLUMNS)
    width = MARGIN + min(COLUMNS, len(people)) * (SIDE + MARGIN)
    height = MARGIN + rows * (SIDE + CAPTION + MARGIN)
    sheet = Image.new("RGB", (width, height), PAPER)
    for i, user in enumerate(people):
        left = MARGIN + i % COLUMNS * (SIDE + MARGIN)
        top = MARGIN + i // COLUMNS * (SIDE + CAPTION + MARGIN)
        sheet.paste(_portrait(user), (left, top), _round_mask())
        ImageDraw.Draw(sheet).text(
            (left + SIDE // 2, top + SIDE + CAPTION // 2),
            _name(user),
            fill=INK,
            font=ImageFont.load_default(20),
            anchor="mm",
        )
    return sheet


def save_contact_sheet(users: Iterable[User], path: Path) -> None:
    """Write the sheet to a JPEG file, in a folder that is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    make_contact_sheet(users).save(path, quality=90)


def fetch_picture(user: User) -> Image.Image | None:
    """Return a user's picture as Authgear serves it, `None` if there is none."""
    url = user.standard_attributes().get("picture")
    if not url:
        return None
    with Image.open(BytesIO(fetch(url))) as picture:
        return picture.convert("RGB")


def _name(user: User) -> str:
    """Return what a user is called."""
    return str(user.standard_attributes().get("name", user.id))


def _portrait(user: User) -> Image.Image:
    """Return a user's picture, or initials where there is none."""
    picture = fetch_picture(user)
    if picture:
        return picture
    blank = Image.new("RGB", (SIDE, SIDE), BLANK)
    initials = "".join(word[0] for word in _name(user).split()[:2])
    ImageDraw.Draw(blank).text(
        (SIDE // 2, SIDE // 2),
        initials,
        fill=INK,
        font=ImageFont.load_default(80),
        anchor="mm",
    )
    return blank


def _round_mask() -> Image.Image:
    """Return a disc, smooth at its edge."""
    large = Image.new("L", (SIDE * SMOOTH, SIDE * SMOOTH))
    ImageDraw.Draw(large).ellipse((0, 0, *large.size), fill=255)
    return large.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
