"""Tell by its pixels which picture Authgear shows."""

from __future__ import annotations

from local.authgear import User
from local.demo.contact_sheet import fetch_picture
from tests.samples.pictures import BLUE, GRAY, GREEN, RED

SIZE = 240  # pixels; what Authgear serves
NEAR = 12  # steps of 255 by which two encodings of JPEG may change a plain colour
Colour = tuple[int, ...]


def corners(user: User) -> list[Colour]:
    """Return the colours near the corners of a user's picture, row by row."""
    picture = fetch_picture(user)
    assert picture is not None
    assert picture.size == (SIZE, SIZE)
    low, high = SIZE // 8, SIZE * 7 // 8
    places = [(low, low), (high, low), (low, high), (high, high)]
    colours = [picture.getpixel(place) for place in places]
    return [colour for colour in colours if isinstance(colour, tuple)]


def looks_like(found: list[Colour], expected: list[Colour]) -> bool:
    """Tell whether colours are the expected ones, as far as JPEG keeps them."""
    pairs = zip(found, expected, strict=True)
    return all(
        abs(a - b) <= NEAR
        for one, other in pairs
        for a, b in zip(one, other, strict=True)
    )


def shows_quadrants(user: User) -> bool:
    """Tell whether a user's picture is that of four colours."""
    return looks_like(corners(user), [RED, GREEN, BLUE, GRAY])


def shows_plain(user: User, colour: Colour) -> bool:
    """Tell whether a user's picture is of one colour."""
    return looks_like(corners(user), [colour] * 4)
