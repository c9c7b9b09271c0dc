"""The contact sheet, as a PNG and as a page."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from ops.drawing import BLANK, INK, PAPER, make_round_mask
from ops.preview.views import View
from pictures.profile_picture import SHOWN

CELL, GAP, TITLE = 240, 24, 44  # px
COLUMNS = ("original, kept part framed", "as uploaded", "as Authgear shows it", "round")

STYLE = """
body{font:16px/1.4 system-ui,sans-serif;color:#1f2430;margin:2rem;background:#fff}
section{border-top:1px solid #d5d9e2;padding:1rem 0}
h2{font-size:1rem;margin:0;overflow-wrap:anywhere} p{margin:.2rem 0 .8rem}
.row{display:flex;flex-wrap:wrap;gap:1.5rem;align-items:flex-start}
figure{margin:0} figcaption{color:#5b6275;font-size:.85rem}
img{display:block;max-width:100%;height:auto} .round{border-radius:50%}
.no p{color:#b00020}
"""


def make_png(views: Sequence[View]) -> Image.Image:
    """Return a sheet with a row for each file."""
    width = GAP + len(COLUMNS) * (CELL + GAP)
    sheet = Image.new("RGB", (width, len(views) * (TITLE + CELL + GAP) + GAP), PAPER)
    for row, view in enumerate(views):
        _draw_row(sheet, GAP + row * (TITLE + CELL + GAP), view)
    return sheet


def _draw_row(sheet: Image.Image, top: int, view: View) -> None:
    """Draw the result of one file."""
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(16)
    # The font has Latin letters only.
    name = view.name.encode("latin-1", "replace").decode("latin-1")
    draw.text((GAP, top), name, INK, font)
    facts = f"{view.reason}: {view.facts}" if view.reason else view.facts
    draw.text((GAP, top + 20), facts, "#b00020" if view.reason else "#5b6275", font)
    top += TITLE
    if view.original is None:
        draw.rectangle((GAP, top, GAP + CELL, top + CELL), BLANK)
        return
    small = view.original.copy()
    small.thumbnail((CELL, CELL))
    result = _open(view.result).resize((CELL, CELL), Image.Resampling.LANCZOS)
    shown = _open(view.shown)
    for column, picture in enumerate((small, result, shown)):
        sheet.paste(picture, (GAP + column * (CELL + GAP), top))
    sheet.paste(shown, (GAP + 3 * (CELL + GAP), top), make_round_mask(SHOWN))


def make_page(views: Sequence[View]) -> str:
    """Return a page that holds all its pictures itself."""
    sections = "\n".join(map(_section, views))
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Profile pictures</title><style>{STYLE}</style>"
        f"<h1>Profile pictures</h1>\n{sections}\n</html>\n"
    )


def _section(view: View) -> str:
    """Return the part of the page about one file; its name may be any text."""
    name, facts = html.escape(view.name), html.escape(view.facts)
    if view.original is None:
        return (
            f'<section class="no"><h2>{name}</h2>'
            f"<p>{html.escape(view.reason)}: {facts}</p></section>"
        )
    file = BytesIO()
    view.original.save(file, "JPEG", quality=85)
    pictures = (file.getvalue(), view.result, view.shown, view.shown)
    sides = (view.original.width, _open(view.result).width, SHOWN, SHOWN)
    figures = "".join(
        _figure(data, side, title)
        for data, side, title in zip(pictures, sides, COLUMNS, strict=True)
    )
    return (
        f"<section><h2>{name}</h2><p>{facts}</p>"
        f'<div class="row">{figures}</div></section>'
    )


def _figure(data: bytes, side: int, title: str) -> str:
    """Return one picture with its caption."""
    look = ' class="round"' if title == "round" else ""
    source = base64.b64encode(data).decode()
    return (
        f'<figure><img{look} width="{side}" alt="{title}" '
        f'src="data:image/jpeg;base64,{source}"><figcaption>{title}, '
        f"{side} px</figcaption></figure>"
    )


def _open(jpeg: bytes) -> Image.Image:
    """Return a JPEG of our own as pixels."""
    return Image.open(BytesIO(jpeg), formats=["JPEG"]).convert("RGB")
