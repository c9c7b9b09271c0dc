"""One check of doctor's, and its result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from botocore.exceptions import ClientError

from ops.problem import AWS_ERRORS, Problem, code_of, describe, is_denied, remedy_for

COMMANDS = ("aws ", "ops ")  # a remedy that begins so is a command to paste


class State(StrEnum):
    """The result of a check."""

    FINE = "fine"
    WARNING = "warning"
    WRONG = "wrong"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """
    A finished check.

    Args:
        name: The check's name; stable, for programs.

        state: The result.

        finding: The finding, in one sentence.

        remedy: The remedy, if there is one.
    """

    name: str
    state: State
    finding: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """
    A check to make.

    Args:
        name: The check's.

        look: Makes the check.

        needs: The checks that must not have failed before it.
    """

    name: str
    look: Callable[[], Check]
    needs: tuple[str, ...] = ()


def run_steps(steps: Iterable[Step]) -> Iterator[Check]:
    """
    Make one check after another, and yield each result.

    Checks that depend on a failed one are skipped: only the cause is reported.
    """
    usable: set[str] = set()
    for step in steps:
        missing = [name for name in step.needs if name not in usable]
        if missing:
            yield skipped(step.name, missing[0])
            continue
        check = step.look()
        if check.state in (State.FINE, State.WARNING):
            usable.add(step.name)
        yield check


def fine(name: str, finding: str) -> Check:
    """Return a check without a problem."""
    return Check(name=name, state=State.FINE, finding=finding)


def warning(name: str, finding: str, remedy: str) -> Check:
    """Return a check of a part that works, but not well or not for long."""
    return Check(name=name, state=State.WARNING, finding=finding, remedy=remedy)


def wrong(name: str, finding: str, remedy: str) -> Check:
    """Return a check with a problem."""
    return Check(name=name, state=State.WRONG, finding=finding, remedy=remedy)


def unknown(name: str, finding: str, remedy: str = "") -> Check:
    """Return a check that could not be made."""
    return Check(name=name, state=State.UNKNOWN, finding=finding, remedy=remedy)


def skipped(name: str, need: str) -> Check:
    """Return a check that waits for another one."""
    finding = f"not looked at: it needs {need}"
    return Check(name=name, state=State.SKIPPED, finding=finding)


def ask_aws(name: str, look: Callable[[], Check]) -> Check:
    """
    Make a check in AWS.

    If the operator has no right to it, or AWS does not answer, the result is unknown.

    Args:
        name: The check's name.

        look: Makes the check.
    """
    try:
        return look()
    except AWS_ERRORS as error:
        return not_answered(name, error)
    except Problem as problem:
        return wrong(name, problem.what, problem.remedy)


def not_answered(name: str, error: Exception) -> Check:
    """Return a check that AWS did not answer."""
    if isinstance(error, ClientError) and code_of(error) == "NoSuchBucket":
        return skipped(name, "bucket")
    is_missing = isinstance(error, ClientError) and not is_denied(error)
    if is_missing and not remedy_for(error):
        remedy = "Is the stack deployed to its end, and in this region and account?"
        return wrong(name, describe(error), remedy)
    return unknown(name, describe(error), remedy_for(error))
