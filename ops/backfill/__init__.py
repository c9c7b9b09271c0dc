"""ops backfill: apply the bucket, and changed settings, to all users."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from ops.backfill.counts import Counts, count_users, count_work, show_counts
from ops.backfill.progress import follow, format_minutes
from ops.bulk import BulkWork
from ops.deployment import Stack
from ops.problem import Problem
from ops.session import JSONOption, NeededStackOption, Session, YesOption
from resync.causes import Cause
from triggers.messages import Mode, Resync

INTERRUPTED = 130  # exit status of what was ended by Ctrl-C
REQUESTS = 2.8  # to Authgear for each picture: 14 for five, with the policy's read
LINES = 20  # looks for each line, five minutes, where lines cannot be overwritten


def backfill(
    context: typer.Context,
    stack: NeededStackOption,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", metavar="", help="Compare and count; change nothing."
        ),
    ] = False,
    again: Annotated[
        bool,
        typer.Option(
            "--again", metavar="", help="Also retry rejections and settled results."
        ),
    ] = False,
    yes: YesOption = False,
    as_json: JSONOption = False,
) -> None:
    """
    Bring all users in sync, changed settings included.

    The deployed function does the work at the pace of BulkRequestsPerMinute. Ctrl-C
    ends only the display; the same command continues it.
    """
    session = Session.of(context)
    deployed = Stack.read(session.aws, stack)
    mode = Mode.AGAIN if again else Mode.BACKFILL
    run = _Backfill(session, deployed, mode, as_json=as_json)
    if not as_json:
        session.say(deployed.describe())
    if dry_run:
        run.count("counts")
    elif run.resume() or run.start(yes=yes):
        run.watch()
    run.end()


class _Backfill:
    """
    One run of the command.

    Args:
        session: The command's run.

        stack: The deployed stack.

        mode: The kind of resync.

        as_json: Whether a program reads what is printed.
    """

    def __init__(
        self, session: Session, stack: Stack, mode: Mode, *, as_json: bool
    ) -> None:
        self._session = session
        self._stack = stack
        self._mode = mode
        self._as_json = as_json
        self._work = BulkWork(session.aws, self._stack)
        self._facts: dict[str, Any] = {**stack.place, "mode": mode, "started": False}
        self._status = 0

    def count(self, name: str) -> Counts:
        """Count the users by cause, and show them."""
        with _showing(self._session) as show:
            counts = count_users(
                self._session, self._stack, lambda users: show(f"compared: {users:,}")
            )
        self._facts[name] = counts
        self._facts["to_do"] = count_work(counts, self._mode)
        if not self._as_json:
            show_counts(self._session, counts)
        return counts

    def resume(self) -> bool:
        """Tell whether there is work to watch, of this command or of a resync."""
        waiting = self._work.count()
        if waiting:
            text = f"Bulk work is under way, about {waiting:,} messages: watching it."
            self._session.messages.print(text)
        return waiting > 0

    def start(self, *, yes: bool) -> bool:
        """Show what there is to do, ask, and start; `False` if there is nothing."""
        self._refuse_while_stopped()
        self.count("counts")
        to_do: int = self._facts["to_do"]
        if not to_do:
            return False
        question = f"Bring {to_do:,} users in sync? {self._estimate(to_do)}"
        self._session.confirm(question.rstrip(), yes=yes)
        self._work.send(Resync(mode=self._mode))
        self._facts["started"] = True
        return True

    def watch(self) -> None:
        """Follow the work to its end, and count again."""
        text = "Ctrl-C ends only the display; the same command continues it."
        self._session.messages.print(text)
        try:
            with _showing(self._session) as show:
                follow(self._session, self._work, lambda it: show(str(it)))
            after = self.count("counts_after")
        except KeyboardInterrupt:
            self._status = INTERRUPTED
            self._facts["stopped_watching"] = True
            text = "The work goes on. `ops bulk stop` stops it."
            self._session.messages.print(text)
            return
        self._compare(after)

    def end(self) -> None:
        """Print the one document, and end with the status."""
        if self._as_json:
            self._session.print_json(self._facts)
        if self._status:
            raise typer.Exit(self._status)

    def _compare(self, after: Counts) -> None:
        """Say what has changed since the start, and whether anything is left."""
        before: Counts | None = self._facts.get("counts")
        if before and not self._as_json:
            made = after[Cause.IN_SYNC] - before[Cause.IN_SYNC]
            settled = after[Cause.SETTLED] - before[Cause.SETTLED]
            self._session.say(
                f"Now in sync: {made:+,}. Rejected or kept: {settled:+,}."
            )
        left = count_work(after, Mode.BACKFILL)
        if left:
            self._status = 1
            self._session.messages.print(
                f"{left:,} users are not in sync: see the log, or run it again."
            )

    def _refuse_while_stopped(self) -> None:
        """
        Refuse to start what would not be worked on.

        Raises:
            Problem: Bulk work is stopped.
        """
        if self._work.is_stopped:
            what = "Bulk work is stopped."
            raise Problem(what, "`ops bulk resume` lets it go on.")

    def _estimate(self, to_do: int) -> str:
        """Say how long it takes, where a pace is set."""
        text = self._stack.environment.get("BULK_REQUESTS_PER_MINUTE", "")
        per_minute = int(text) if text.isdecimal() else 0
        if not per_minute:
            return ""
        minutes = to_do * REQUESTS / per_minute
        return f"At {per_minute} requests a minute: about {format_minutes(minutes)}."


@contextmanager
def _showing(session: Session) -> Iterator[Callable[[str], None]]:
    """Yield a function that shows a line: in one place on a terminal, else rarely."""
    if session.messages.is_terminal:
        with session.messages.status("") as status:
            yield lambda text: status.update(text)
        return
    number = 0

    def show(text: str) -> None:
        nonlocal number
        if number % LINES == 0:
            session.messages.print(text)
        number += 1

    yield show
