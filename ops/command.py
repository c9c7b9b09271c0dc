"""The common parts of all commands: a few options, and what `--help` looks like."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Annotated, Any, get_type_hints

import typer
from typer.core import TyperCommand

from ops.session import Session

COMMON = "Options of every command"
RegionOption = Annotated[
    str,
    typer.Option(
        "--region",
        metavar="REGION",
        help="The stack's region. [default: AWS_REGION, AWS_DEFAULT_REGION, profile]",
        show_default=False,
        rich_help_panel=COMMON,
    ),
]
ProfileOption = Annotated[
    str,
    typer.Option(
        "--profile",
        metavar="PROFILE",
        help="A profile of the AWS configuration. [default: AWS_PROFILE]",
        show_default=False,
        rich_help_panel=COMMON,
    ),
]
VerboseOption = Annotated[
    bool,
    typer.Option(
        "--verbose",
        metavar="",
        help="Print each call to AWS on standard error.",
        rich_help_panel=COMMON,
    ),
]
OPTIONS = (
    ("region", RegionOption, ""),
    ("profile", ProfileOption, ""),
    ("verbose", VerboseOption, False),
)


class Command(TyperCommand):
    """A command whose help is written as that of other command lines."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help: arguments without braces and without a type."""
        super().format_help(ctx, formatter)
        text = re.sub(r"\{([A-Z.|]+)\}(?:\.\.\.)?", r"\1", "".join(formatter.buffer))
        text = re.sub(r"(?m)^(  [A-Z.|]+) <\S+>", r"\1", text)
        text = re.sub(r"(\d+)<=x<=(\d+)", r"\1 to \2", text)
        formatter.buffer[:] = re.sub(r";\s+x>=1\b", "", text)

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option, without its type."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.metavar = ""
        return option


def with_common_options(command: Callable[..., None]) -> Callable[..., None]:
    """
    Return a command that also takes the options of every command.

    Args:
        command: Takes `context` and its own options.
    """

    @wraps(command)
    def run(context: typer.Context, **arguments: Any) -> None:
        region, profile, verbose = (arguments.pop(name) for name, _, _ in OPTIONS)
        session = Session.of(context)
        trace = session.trace if verbose else None
        aws = session.aws.choose(region=region, profile=profile, trace=trace)
        context.obj = replace(session, aws=aws)
        command(context, **arguments)

    signature = inspect.signature(command)
    added = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind
        )
        for name, kind, default in OPTIONS
    ]
    hints = get_type_hints(command, include_extras=True)
    own = [
        it.replace(annotation=hints[it.name]) for it in signature.parameters.values()
    ]
    # typer reads both.
    run.__annotations__ = hints | {name: kind for name, kind, _ in OPTIONS}
    vars(run)["__signature__"] = signature.replace(parameters=[*own, *added])
    return run
