"""What the objects of the simulations hold, and what is made of each."""

from __future__ import annotations

import io

from PIL import Image

from pictures.profile_picture import PictureSpec, make_profile_picture

SPEC = PictureSpec(size=240)


def _png(color: str) -> bytes:
    """Return a small picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), color).save(file, "PNG")
    return file.getvalue()


GOOD = {color: _png(color) for color in ("red", "green", "blue", "white", "black")}
BAD = {"text": b"no picture", "broken": GOOD["red"][:40], "empty": b""}
CONTENTS = GOOD | BAD
# What Authgear shows -> what it was made from.
SHOWN = {make_profile_picture(data, SPEC).data: data for data in GOOD.values()}
