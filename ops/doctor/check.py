"""One thing that doctor looks at, and how it was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from ops.problem import describe, is_denied


class State(StrEnum):
    """How a thing was found."""

    FINE = "fine"
    WRONG = "wrong"
    UNKNOWN = "unknown"


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


def fine(name: str, finding: str) -> Check:
    """Return a check of what is as it should be."""
    return Check(name=name, state=State.FINE, finding=finding)


def wrong(name: str, finding: str, remedy: str) -> Check:
    """Return a check of what is not as it should be."""
    return Check(name=name, state=State.WRONG, finding=finding, remedy=remedy)


def unknown(name: str, finding: str, remedy: str = "") -> Check:
    """Return a check of what could not be looked at."""
    return Check(name=name, state=State.UNKNOWN, finding=finding, remedy=remedy)


def looked_at(name: str, look: Callable[[], Check]) -> Check:
    """
    Look at a thing in AWS; who may not look learns that nothing is known of it.

    Args:
        name: What is looked at.

        look: Looks at it.
    """
    try:
        return look()
    except ClientError as error:
        if is_denied(error):
            remedy = f"Your own credentials need the right to {error.operation_name}."
            return unknown(name, describe(error), remedy)
        remedy = "Is it deployed to its end, and in this region and account?"
        return wrong(name, describe(error), remedy)
    except (BotoCoreError, ResponseParserError) as error:
        finding = f"AWS cannot be asked: {type(error).__name__}"
        return unknown(name, finding, "See `aws configure list`.")
