"""How many users differ, and why: the deployed function compares them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from ops.aws import read_object
from ops.deployment import Stack
from ops.problem import Problem
from ops.session import Session
from outcome import Reason
from resync.causes import QUEUED, Cause
from triggers.messages import Mode, Resync, write_message

MOST_TRIES = 10  # of one piece, while Authgear asks for fewer requests
PAUSE = 60.0  # seconds before each further try; Authgear counts by the minute
LABELS = {
    Cause.IN_SYNC: "in sync",
    Cause.NEW_OBJECT: "with a picture that is not applied yet",
    Cause.CHANGED_IN_AUTHGEAR: "whose picture in Authgear is another one",
    Cause.OTHER_SETTINGS: "whose picture was made by other settings",
    Cause.UNKNOWN_USER: "whom Authgear does not know",
    Cause.SETTLED: "settled: rejected, or kept by Overwrite",
}

Counts = Mapping[Cause, int]


def count_users(
    session: Session, stack: Stack, on_progress: Callable[[int], None]
) -> Counts:
    """
    Have the function compare all users, piece by piece, and change nothing.

    Args:
        session: The command's run.

        stack: Whose function is invoked.

        on_progress: Gets the number of users compared so far.

    Returns:
        The users by cause, zeros included.

    Raises:
        Problem: The function fails; the reason is named.
    """
    counts, after = Counter[Cause](), ""
    while True:
        answer = _count_piece(session, stack, after)
        for cause in Cause:
            counts[cause] += int(answer.get(cause, 0))
        on_progress(counts.total())
        after = answer.get("next_after", "")
        if not after:
            return {cause: counts[cause] for cause in Cause}


def count_work(counts: Counts, mode: Mode) -> int:
    """Return how many users a resync of a mode queues."""
    return sum(counts[cause] for cause in QUEUED[mode])


def show_counts(session: Session, counts: Counts) -> None:
    """Print a line per cause."""
    session.say(f"{sum(counts.values()):10,} users have objects in the bucket:")
    for cause, number in counts.items():
        session.say(f"{number:10,} {LABELS[cause]}")


def _count_piece(session: Session, stack: Stack, after: str) -> dict[str, Any]:
    """Have the function compare for up to a minute; return its answer."""
    reason = ""
    for number in range(MOST_TRIES):
        if number:
            session.sleep(PAUSE)
        answer, reason = _invoke(session, stack, after)
        if not reason:
            return answer
        if reason != Reason.AUTHGEAR_RATE_LIMITED:
            break
    what = f"The function cannot compare: {reason}"
    raise Problem(what, "docs/failures.md says what to do about it; or `ops doctor`.")


def _invoke(session: Session, stack: Stack, after: str) -> tuple[dict[str, Any], str]:
    """Invoke the function once; return its answer, and why it failed, if it did."""
    done = session.aws.invoker.invoke(
        FunctionName=stack.function_arn,
        InvocationType="RequestResponse",
        Payload=write_message(Resync(mode=Mode.COUNT, after=after)).encode(),
    )
    content = read_object(done["Payload"].read())
    if "FunctionError" in done:
        return {}, _reason_of(content)
    entries = content.get("objects")
    if not entries or "next_after" not in entries[0]:
        return {}, "it does not answer as this version does; deploy the present code"
    return dict(entries[0]), ""


def _reason_of(content: Mapping[str, Any]) -> str:
    """Return the code in an error's text; the rest of it may hold anything."""
    text = str(content.get("errorMessage", ""))
    found = (reason.value for reason in Reason if text.endswith(f" {reason.value}"))
    return next(found, "its invocation ended with an error; see its log")
