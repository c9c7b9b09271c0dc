"""One thing that doctor looks at, and how it was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from botocore.exceptions import ClientError

from ops.problem import AWS_ERRORS, Problem, code_of, describe, is_denied, remedy_for

COMMANDS = ("aws ", "ops ")  # a remedy that begins so is a command to paste


class State(StrEnum):
    """How a thing was found."""

    FINE = "fine"
    WARNING = "warning"
    WRONG = "wrong"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """
    One thing that was looked at.

    Args:
        name: What it is; stable, for programs.

        state: How it was found.

        finding: What was found, in one sentence.

        remedy: What to do about it.
    """

    name: str
    state: State
    finding: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """
    One thing to look at.

    Args:
        name: The check's.

        look: Looks at it.

        needs: The checks that must not have failed before it.
    """

    name: str
    look: Callable[[], Check]
    needs: tuple[str, ...] = ()


def run_steps(steps: Iterable[Step]) -> Iterator[Check]:
    """
    Look at one thing after another, and yield each check as it is found.

    What depends on a check that failed is skipped: only the cause is blamed.
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
    """Return a check of what is as it should be."""
    return Check(name=name, state=State.FINE, finding=finding)


def warning(name: str, finding: str, remedy: str) -> Check:
    """Return a check of what works, but not well or not for long."""
    return Check(name=name, state=State.WARNING, finding=finding, remedy=remedy)


def wrong(name: str, finding: str, remedy: str) -> Check:
    """Return a check of what is not as it should be."""
    return Check(name=name, state=State.WRONG, finding=finding, remedy=remedy)


def unknown(name: str, finding: str, remedy: str = "") -> Check:
    """Return a check of what could not be looked at."""
    return Check(name=name, state=State.UNKNOWN, finding=finding, remedy=remedy)


def skipped(name: str, need: str) -> Check:
    """Return a check that waits for another one."""
    finding = f"not looked at: it needs {need}"
    return Check(name=name, state=State.SKIPPED, finding=finding)


def ask_aws(name: str, look: Callable[[], Check]) -> Check:
    """
    Look at a thing in AWS.

    An operator who may not look at it, or cannot ask AWS just now, learns that nothing
    is known of it.

    Args:
        name: What is looked at.

        look: Looks at it.
    """
    try:
        return look()
    except AWS_ERRORS as error:
        return not_answered(name, error)
    except Problem as problem:
        return wrong(name, problem.what, problem.remedy)


def not_answered(name: str, error: Exception) -> Check:
    """Return the check of a thing about which AWS gave no answer."""
    if isinstance(error, ClientError) and code_of(error) == "NoSuchBucket":
        return skipped(name, "bucket")
    is_missing = isinstance(error, ClientError) and not is_denied(error)
    if is_missing and not remedy_for(error):
        remedy = "Is the stack deployed to its end, and in this region and account?"
        return wrong(name, describe(error), remedy)
    return unknown(name, describe(error), remedy_for(error))
