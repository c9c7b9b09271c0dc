"""A contact sheet: every user with the picture that Authgear shows."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from PIL import Image

from local.authgear import User
from local.loopback import fetch
from ops.drawing import BLANK, PAPER, make_round_mask, write_centered

SIDE = 240  # pixels of a picture, as Authgear shows it
MARGIN = 24  # pixels
CAPTION = 40  # pixels
COLUMNS = 4


def save_contact_sheet(users: Iterable[User], path: Path) -> None:
    """Write a JPEG file of the users' pictures, round as apps show them, and names."""
    people = sorted(users, key=lambda user: (not user.picture_object_id, _name(user)))
    rows = -(-len(people) // COLUMNS)
    width = MARGIN + min(COLUMNS, len(people)) * (SIDE + MARGIN)
    height = MARGIN + rows * (SIDE + CAPTION + MARGIN)
    sheet = Image.new("RGB", (width, height), PAPER)
    for i, user in enumerate(people):
        left = MARGIN + i % COLUMNS * (SIDE + MARGIN)
        top = MARGIN + i // COLUMNS * (SIDE + CAPTION + MARGIN)
        sheet.paste(_portrait(user), (left, top), make_round_mask(SIDE))
        middle = left + SIDE // 2, top + SIDE + CAPTION // 2
        write_centered(sheet, middle, _name(user), 20)
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, quality=90)


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
    write_centered(blank, (SIDE // 2, SIDE // 2), initials, 80)
    return blank
