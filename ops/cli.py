"""The command line: which commands there are, and how any of them ends."""

from __future__ import annotations

from typing import Any

import typer
from rich.text import Text
from typer.core import TyperGroup

from ops.backfill import backfill
from ops.bulk import bulk
from ops.doctor import doctor
from ops.key import put_key
from ops.preview import preview
from ops.problem import Problem, recognise
from ops.replay import replay
from ops.session import Session
from ops.status import status
from ops.sync import sync

INTERRUPTED = 130  # exit status of what was ended by Ctrl-C


class Commands(TyperGroup):
    """Runs a command, and turns whatever stops it into a sentence and a status."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that the arguments name."""
        session = Session.of(ctx)
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            session.messages.print("Stopped.")
            raise typer.Exit(INTERRUPTED) from None
        except (typer.Exit, typer.Abort, typer.TyperException, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 - told without its text
            problem = recognise(error)
            _tell(session, problem)
            # The cause may quote what must not be shown.
            raise typer.Exit(problem.status) from None


def _tell(session: Session, problem: Problem) -> None:
    """Say what is wrong, and what to do about it."""
    session.messages.print(Text(problem.what, style="red"))
    if problem.remedy:
        session.messages.print(Text(problem.remedy))


app = typer.Typer(
    cls=Commands,
    help="Look after profile pictures from S3.",
    epilog="Exit status: 0 all is fine, 1 something is wrong, 2 the command was.",
    no_args_is_help=True,
    add_completion=False,
    # A traceback with local variables would show keys and tokens.
    pretty_exceptions_enable=False,
)
for command in (doctor, put_key, preview, sync, backfill, bulk, status, replay):
    app.command(command.__name__.replace("_", "-"))(command)
