"""All that a command needs of the world around it, in one thing that tests hand in."""

from __future__ import annotations

import json
import os
import time
import webbrowser
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from ops.aws import AWS
from ops.problem import USAGE, Problem

WIDE = 1000  # columns; more than any line has

StackOption = Annotated[
    str,
    typer.Option(
        "--stack",
        "--stack-name",
        envvar="STACK",
        show_envvar=False,
        metavar="NAME",
        help="The deployed stack; else the variable STACK; else settings come from the "
        "environment.",
        show_default=False,
    ),
]
NeededStackOption = Annotated[
    str,
    typer.Option(
        "--stack",
        "--stack-name",
        envvar="STACK",
        show_envvar=False,
        metavar="NAME",
        help="The deployed stack; else the variable STACK.",
    ),
]
JSONOption = Annotated[
    bool,
    typer.Option("--json", metavar="", help="Print one JSON object; errors too."),
]
YesOption = Annotated[
    bool, typer.Option("--yes", "-y", metavar="", help="Do it without asking.")
]


def make_console(*, stderr: bool = False) -> Console:
    """Return a console of this process; it wraps lines only in a terminal."""
    console = Console(highlight=False, stderr=stderr)
    if not console.is_terminal:
        console.width = WIDE
    return console


@dataclass(frozen=True, kw_only=True)
class Session:
    """
    One run of a command.

    Args:
        environment: The environment's variables.

        aws: Clients of AWS.

        console: Where results go.

        messages: Where everything else goes.

        clock: Monotonic seconds.

        now: Seconds since the epoch.

        sleep: Waits for a number of seconds.

        open_page: Shows a page in the browser.
    """

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    aws: AWS = field(default_factory=AWS)
    console: Console = field(default_factory=make_console)
    messages: Console = field(default_factory=lambda: make_console(stderr=True))
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    open_page: Callable[[str], bool] = webbrowser.open

    @classmethod
    def of(cls, context: typer.Context) -> Session:
        """Return the session that a command was started in."""
        found = context.find_object(cls)
        if found is None:
            found = context.obj = cls()
        return found

    def say(self, text: str, style: str = "") -> None:
        """Print a line of text as it is: brackets in it are not markup."""
        self.console.print(Text(text, style=style))

    def trace(self, text: str) -> None:
        """Print a line that helps to find a cause."""
        self.messages.print(Text(text, style="dim"))

    def print_json(self, content: Any) -> None:
        """Print an object for another program, neither wrapped nor coloured."""
        text = json.dumps(content, indent=2, default=str, ensure_ascii=False)
        self.console.print(
            text, markup=False, highlight=False, soft_wrap=True, emoji=False
        )

    def confirm(self, question: str, *, yes: bool) -> None:
        """
        Ask before something is changed.

        Args:
            question: The change that is about to be made.

            yes: Whether the answer was given in advance.

        Raises:
            Problem: The answer is no, or there is no terminal to ask on.
        """
        if yes:
            return
        if not self.console.is_terminal:
            what = "Nothing was done: there is no terminal to ask on."
            raise Problem(what, "Add --yes.", status=USAGE)
        if not typer.confirm(question):
            what = "Nothing was done."
            raise Problem(what)
