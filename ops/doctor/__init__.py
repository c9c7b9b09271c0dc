"""ops doctor: what is wrong, and what to do about it."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from ops.doctor.check import COMMANDS, Check, State, run_steps
from ops.doctor.examination import Examination
from ops.session import JSONOption, Session, StackOption

MARKS = {
    State.FINE: Text("ok", style="green"),
    State.WARNING: Text("!", style="yellow"),
    State.WRONG: Text("NO", style="bold red"),
    State.UNKNOWN: Text("?", style="yellow"),
    State.SKIPPED: Text("-", style="dim"),
}
WIDTH = max(map(len, ("key-accepted", "upload-origin", "dead-letters")))


def doctor(
    context: typer.Context,
    stack: StackOption = "",
    upload: Annotated[
        bool,
        typer.Option(
            "--upload",
            metavar="",
            help="Try the image store with a gray picture; it stays there.",
        ),
    ] = False,
    as_json: JSONOption = False,
) -> None:
    """
    Check the whole setup.

    Each problem comes with a remedy. Checks that depend on it are skipped. Nothing is
    changed, except that --upload stores a picture.
    """
    session = Session.of(context)
    examination = Examination(session=session, stack_name=stack, upload=upload)
    checks = []
    for check in run_steps(examination.steps()):
        checks.append(check)
        if not as_json:
            _show(session, check)
    if as_json:
        session.print_json({"checks": [_as_dict(check) for check in checks]})
    else:
        session.say(f"\n{_sum_up(checks)}")
    if any(check.state is State.WRONG for check in checks):
        raise typer.Exit(1)


def _as_dict(check: Check) -> dict[str, str]:
    """Return a check for another program."""
    return {
        "name": check.name,
        "state": check.state,
        "finding": check.finding,
        "remedy": check.remedy,
    }


def _show(session: Session, check: Check) -> None:
    """Print a check, with the remedy below what was found."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=2, no_wrap=True)
    table.add_column(width=WIDTH, no_wrap=True)
    table.add_column(overflow="fold")
    text, is_command = Text(check.finding), check.remedy.startswith(COMMANDS)
    if check.remedy and not is_command:
        text.append(f"\n{check.remedy}", style="bold")
    table.add_row(MARKS[check.state], check.name, text)
    session.console.print(table)
    if is_command:
        # In one line, however long, so that it can be pasted.
        command = Text(f"    {check.remedy}", style="bold")
        session.console.print(command, soft_wrap=True)


def _sum_up(checks: list[Check]) -> str:
    """Return how many checks were found how."""
    names = {
        State.WRONG: "wrong",
        State.WARNING: "with a warning",
        State.UNKNOWN: "unknown",
        State.SKIPPED: "skipped",
    }
    counts = {state: sum(it.state is state for it in checks) for state in names}
    first = "" if counts[State.WRONG] else "Nothing is wrong. "
    told = [f"{counts[state]} {name}" for state, name in names.items() if counts[state]]
    return (
        f"{first}Of {len(checks)} checks: {', '.join(told)}."
        if told
        else first.rstrip()
    )
