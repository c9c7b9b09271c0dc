"""ops doctor: what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from ops.deployment import Stack
from ops.doctor.authgear_checks import AuthgearChecks
from ops.doctor.check import Check, State
from ops.doctor.settings_checks import check_prefix, check_secret, check_settings
from ops.doctor.stack_checks import StackChecks, check_bucket
from ops.session import JSONOption, Session, StackOption

MARKS = {
    State.FINE: Text("ok", style="green"),
    State.WRONG: Text("NO", style="bold red"),
    State.UNKNOWN: Text("?", style="yellow"),
}


def doctor(
    context: typer.Context,
    stack: StackOption = "",
    upload: Annotated[
        bool,
        typer.Option(
            "--upload", help="Try the image store with a gray picture; it stays there."
        ),
    ] = False,
    as_json: JSONOption = False,
) -> None:
    """Look at everything that has to be right, and name what is not."""
    session = Session.of(context)
    checks = list(run_checks(session, stack, upload=upload))
    if as_json:
        session.print_json({"checks": [_as_dict(check) for check in checks]})
    else:
        _show(session, checks)
    if any(check.state is State.WRONG for check in checks):
        raise typer.Exit(1)


def run_checks(session: Session, stack_name: str, *, upload: bool) -> Iterator[Check]:
    """Look at one thing after another."""
    stack = Stack.read(session.aws, stack_name) if stack_name else None
    environment = stack.environment if stack else session.environment
    settings, checks = check_settings(environment)
    yield from checks
    if settings is None:
        return
    if stack:
        yield check_prefix(settings, stack)
    key_pair, check = check_secret(session.aws, settings)
    yield check
    if key_pair:
        yield from AuthgearChecks(
            settings=settings, key_pair=key_pair, upload=upload, now=session.now
        ).run()
    yield from check_bucket(session.aws, settings)
    if stack:
        yield from StackChecks(aws=session.aws, stack=stack, settings=settings).run()


def _as_dict(check: Check) -> dict[str, str]:
    """Return a check for another program."""
    return {
        "name": check.name,
        "state": check.state,
        "finding": check.finding,
        "remedy": check.remedy,
    }


def _show(session: Session, checks: Sequence[Check]) -> None:
    """Print a line per check, the remedy below it, and the sum."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        text = Text(check.finding)
        if check.remedy:
            text.append(f"\n{check.remedy}", style="bold")
        table.add_row(MARKS[check.state], check.name, text)
    session.console.print(table)
    count = sum(check.state is State.WRONG for check in checks)
    unknown = sum(check.state is State.UNKNOWN for check in checks)
    session.say("")
    summary = f"{count} of {len(checks)} are wrong" if count else "Nothing is wrong"
    session.say(summary + (f", {unknown} unknown." if unknown else "."))
