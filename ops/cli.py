"""The command line: which commands there are, and how any of them ends."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.text import Text
from typer.core import TyperGroup

from ops.backfill import backfill
from ops.bulk import bulk
from ops.command import Command, with_common_options
from ops.doctor import doctor
from ops.key import put_key
from ops.preview import preview
from ops.problem import USAGE, Problem, recognise
from ops.replay import replay
from ops.session import Session
from ops.user.status import status
from ops.user.sync import sync
from version import NAME, VERSION

INTERRUPTED = 130  # exit status of what was ended by Ctrl-C


class Commands(TyperGroup):
    """Runs a command, and turns any exception into a sentence and a status."""

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option, without its type."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.metavar = ""
        return option

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Note whether a program reads what is printed, mistakes of usage too."""
        ctx.meta["ops.json"] = "--json" in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that the arguments name."""
        session, as_json = Session.of(ctx), ctx.meta["ops.json"]
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            problem = Problem("Stopped.", status=INTERRUPTED)
        except typer.TyperException as error:
            if not as_json:
                raise
            problem = Problem(_message_of(error), status=USAGE)
        except (typer.Exit, typer.Abort, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 - reported without its text
            problem = recognise(error)
        _tell(session, problem, as_json=as_json)
        # The cause may quote what must not be shown.
        raise typer.Exit(problem.status) from None


def _message_of(error: Exception) -> str:
    """Return what typer says of a command that is used wrongly."""
    message = getattr(error, "format_message", None)
    return str(message() if message else error)


def _tell(session: Session, problem: Problem, *, as_json: bool) -> None:
    """Say what is wrong, and what to do about it."""
    if as_json:
        session.print_json({"error": problem.what, "remedy": problem.remedy})
        return
    session.messages.print(Text(problem.what, style="red"))
    if problem.remedy:
        session.messages.print(Text(problem.remedy))


def _show_version(wanted: bool) -> None:
    """Print the version and end."""
    if wanted:
        typer.echo(f"{NAME} {VERSION}")
        raise typer.Exit


app = typer.Typer(
    cls=Commands,
    epilog=(
        "Exit status: 0 all is fine; 1 something is wrong; 2 the command was used "
        "wrongly, or names something that does not exist; 130 Ctrl-C. "
        "`make ops` ends with 2 in all cases except the first."
    ),
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    # A traceback with local variables would show keys and tokens.
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            metavar="",
            callback=_show_version,
            is_eager=True,
            help="Show the version and exit.",
        ),
    ] = False,
) -> None:
    """Look after profile pictures that come from an S3 bucket."""


for command in (doctor, status, sync, preview, put_key, backfill, bulk, replay):
    name = command.__name__.replace("_", "-")
    app.command(name, cls=Command)(with_common_options(command))
