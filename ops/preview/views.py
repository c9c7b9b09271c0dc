"""One file: its square, the finished picture, and that as Authgear shows it."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

from pictures.crop import read_orientation
from pictures.errors import PictureRejected
from pictures.formats.registry import load_decoder
from pictures.profile_picture import (
    SHOWN,
    FindFocus,
    PictureSpec,
    ProfilePicture,
    decode,
    make_profile_picture,
    shown_square,
    view_whole,
)

EDGE = 512  # px; the longer side of an original on the sheet
FRAME, SHADE = "#ff2d55", 0.45
AUTHGEAR_QUALITY = 80  # with which Authgear's image server encodes JPEGs


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """
    The result of one file.

    Args:
        name: The file's name.

        facts: Format and sizes, or why it is rejected.

        reason: Why it is rejected; empty if it is not.

        original: Upright and small, with what is cut off in the shade.

        result: The JPEG that is uploaded.

        shown: The JPEG that Authgear makes of it.
    """

    name: str
    facts: str
    reason: str = ""
    original: Image.Image | None = None
    result: bytes = b""
    shown: bytes = b""


def view_file(
    path: Path, spec: PictureSpec, find_focus: FindFocus | None = None
) -> View:
    """Make the picture of a file as the function would; say why if it would not."""
    with path.open("rb") as file:
        data = file.read(spec.max_bytes + 1)
    try:
        made = make_profile_picture(data, spec, find_focus)
    except PictureRejected as error:
        return View(name=path.name, facts=str(error), reason=error.reason)
    size = f"{made.source_width:,} x {made.source_height:,} px"
    return View(
        name=path.name,
        facts=f"{made.source_format.upper()}, {size} -> {made.size} px, "
        f"{len(made.data) / 1000:.0f} kB{_tell(made)}",
        original=_draw_frame(_open_upright(data, made.source_format), made),
        result=made.data,
        shown=_as_authgear_shows(made.data),
    )


def _open_upright(data: bytes, source_format: str) -> Image.Image:
    """Return a small, upright, opaque copy of the source of a picture."""
    source = load_decoder(source_format)(BytesIO(data))
    extent = decode(source, EDGE)
    return view_whole(source, extent, read_orientation(source), EDGE)


def _tell(made: ProfilePicture) -> str:
    """Say what was found of faces, if they were looked for."""
    if made.focus.fallback:
        return f", cut as auto: {made.focus.fallback}"
    if not made.focus.faces:
        return ""
    left, _, right, _ = shown_square(made)
    closer = min(made.source_width, made.source_height) / (right - left)
    told = f", {closer:.1f} times closer" if closer > 1 else ""
    return f", faces: {made.focus.faces}{told}"


def _draw_frame(upright: Image.Image, made: ProfilePicture) -> Image.Image:
    """Shade what is cut off, and frame what is kept."""
    scale = max(upright.size) / max(made.source_width, made.source_height)
    left, top, right, bottom = (round(scale * edge) for edge in shown_square(made))
    kept = upright.crop((left, top, right, bottom))
    shaded = Image.blend(upright, Image.new("RGB", upright.size, "white"), SHADE)
    shaded.paste(kept, (left, top))
    box = (left, top, right - 1, bottom - 1)
    ImageDraw.Draw(shaded).rectangle(box, outline=FRAME, width=3)
    return shaded


def _as_authgear_shows(jpeg: bytes) -> bytes:
    """Return the picture at the size and quality of Authgear's image server."""
    with Image.open(BytesIO(jpeg), formats=["JPEG"]) as picture:
        small = picture.resize((SHOWN, SHOWN), Image.Resampling.LANCZOS)
    file = BytesIO()
    small.save(file, "JPEG", quality=AUTHGEAR_QUALITY)
    return file.getvalue()
