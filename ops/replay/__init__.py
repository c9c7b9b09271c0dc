"""ops replay: what is in the dead-letter queue, and back to where it came from."""

from __future__ import annotations

from typing import Annotated

import typer

from ops.deployment import Stack
from ops.replay.letters import Letters, peek
from ops.replay.moving import Moved, move
from ops.session import JSONOption, NeededStackOption, Session, YesOption

__all__ = ["replay"]


def replay(
    context: typer.Context,
    stack: NeededStackOption,
    limit: Annotated[
        int,
        typer.Option(min=1, metavar="N", help="How many messages are looked at."),
    ] = 200,
    yes: YesOption = False,
    as_json: JSONOption = False,
) -> None:
    """
    Retry what has failed for a day.

    Shows by reason what is in the dead-letter queue, and asks before it moves all of
    it back to be tried again. This is always safe: an event only says whose picture
    to look at again. Messages of a resync are dropped; the next resync covers the
    same users.
    """
    session = Session.of(context)
    deployed = Stack.read(session.aws, stack)
    queue_url = deployed.output("DeadLetterQueueUrl")
    letters = peek(session.aws.sqs, queue_url, limit)
    if not as_json:
        _show(session, letters)
    done = Moved()
    # With --json alone it only tells: nobody is there to ask.
    if letters.total and (yes or not as_json):
        if not as_json:
            session.say(deployed.describe())
        session.confirm(f"Move {letters.total} back to be tried again?", yes=yes)
        homes = [deployed.output(it) for it in ("RetryQueueUrl", "BulkQueueUrl")]
        done = move(session.aws.sqs, queue_url, homes, letters.total)
    if as_json:
        session.print_json(
            {
                **deployed.place,
                "total": letters.total,
                "seen": letters.seen,
                "objects": len(letters.keys),
                "users": len(letters.users),
                "reasons": letters.reasons,
                "moved": done.moved,
                "dropped": done.dropped,
                "refused": done.refused,
            }
        )
    elif letters.total:
        if done.dropped:
            text = f"{done.dropped} of a resync dropped: the next one covers them."
            session.say(text)
        if done.refused:
            session.say(f"SQS refused {done.refused}: run the command again.")
        session.say(f"{done.moved} moved; the function takes them from their queues.")


def _show(session: Session, letters: Letters) -> None:
    """Print how many there are, by reason."""
    if not letters.total:
        session.say("The dead-letter queue is empty.")
        return
    users = f" and {len(letters.users)} users" if letters.users else ""
    session.say(
        f"{letters.total} have failed for a day, of {len(letters.keys)} objects{users}."
    )
    for reason, count in letters.reasons.most_common():
        session.say(f"{count:6}  {reason}")
    if letters.seen < letters.total:
        session.say(f"Only {letters.seen} were looked at; see --limit.")
