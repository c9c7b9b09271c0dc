"""ops preview: show pictures before they are uploaded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from ops.session import JSONOption, Session, StackOption

if TYPE_CHECKING:
    from ops.preview.views import View
    from pictures.profile_picture import FindFocus, PictureSpec

OUTPUT = Path("preview")


def preview(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(
            exists=True,
            dir_okay=False,
            metavar="FILES...",
            help="Pictures of any kind.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output", metavar="FOLDER", help="For preview.html and preview.png."
        ),
    ] = OUTPUT,
    show: Annotated[
        bool, typer.Option("--open", metavar="", help="Show the page in the browser.")
    ] = False,
    stack: StackOption = "",
    as_json: JSONOption = False,
) -> None:
    """
    Draw what files will look like.

    For each file it draws the profile picture that the function would make, or says
    why the function would refuse it. Nothing is changed.
    """
    from ops.preview.sheet import make_page, make_png
    from ops.preview.views import view_file

    session = Session.of(context)
    spec, find_focus = _find_out(session, stack)
    views = [view_file(path, spec, find_focus) for path in files]
    output.mkdir(parents=True, exist_ok=True)
    page, png = output / "preview.html", output / "preview.png"
    page.write_text(make_page(views), encoding="utf-8")
    make_png(views).save(png)
    _tell(session, views, (page, png), as_json=as_json)
    if show:
        session.open_page(page.resolve().as_uri())
    if any(view.reason for view in views):
        raise typer.Exit(1)


def _find_out(session: Session, stack: str) -> tuple[PictureSpec, FindFocus | None]:
    """Return how the stack makes pictures, or how it is done by default."""
    from factory import specify_picture
    from ops.deployment import Deployment
    from pictures.profile_picture import PictureSpec

    if not stack:
        return PictureSpec(), None
    deployment = Deployment.find(session, stack)
    return specify_picture(deployment.settings), deployment.find_focus


def _tell(
    session: Session, views: Sequence[View], paths: Sequence[Path], *, as_json: bool
) -> None:
    """Print a line per file, and where the sheets are."""
    if as_json:
        files = [
            {"name": it.name, "reason": it.reason or None, "facts": it.facts}
            for it in views
        ]
        sheets = [str(path) for path in paths]
        session.print_json({"files": files, "sheets": sheets})
        return
    table = Table.grid(padding=(0, 2, 0, 0))
    for it in views:
        mark = Text("NO", style="red") if it.reason else Text("ok", style="green")
        facts = f"{it.reason}: {it.facts}" if it.reason else it.facts
        table.add_row(mark, Text(it.name, overflow="fold"), Text(facts))
    session.console.print(table)
    session.say(f"\nSee {paths[0]} or {paths[1]}.")
