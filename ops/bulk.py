"""ops bulk: stop and resume bulk work, and how much of it waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ops.aws import AWS
from ops.deployment import Stack
from ops.problem import Problem
from ops.session import JSONOption, NeededStackOption, Session
from triggers.messages import Message, write_message

if TYPE_CHECKING:
    from mypy_boto3_sqs.literals import QueueAttributeNameType

WAITING: Sequence[QueueAttributeNameType] = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
]
ON = ("Enabled", "Enabling", "Creating", "Updating")


class Action(StrEnum):
    """What to do with bulk work."""

    STOP = "stop"
    RESUME = "resume"


@dataclass(frozen=True)
class BulkWork:
    """
    The bulk queue of a stack, and its connection to the function.

    Args:
        aws: Clients of AWS.

        stack: The stack.
    """

    aws: AWS
    stack: Stack

    @property
    def is_stopped(self) -> bool:
        """Whether the function gets no messages of the queue."""
        return self._mapping[1] not in ON

    @cached_property
    def _queue_url(self) -> str:
        """The queue's URL."""
        return self.stack.output("BulkQueueUrl")

    @property
    def _mapping(self) -> tuple[str, str]:
        """
        Return id and state of the event source mapping.

        Raises:
            Problem: The queue has no event source mapping.
        """
        arn = self.aws.sqs.get_queue_attributes(
            QueueUrl=self._queue_url, AttributeNames=["QueueArn"]
        )["Attributes"]["QueueArn"]
        found = self.aws.function.list_event_source_mappings(
            EventSourceArn=arn, FunctionName=self.stack.outputs["FunctionName"]
        )["EventSourceMappings"]
        if not found:
            what = "Nothing connects the bulk queue to the function."
            raise Problem(what, "Deploy the present template; docs/deploy.md says how.")
        return found[0].get("UUID", ""), found[0].get("State", "")

    def count(self) -> int:
        """Return about how many messages wait or are being worked on."""
        found: dict[Any, str] = dict(
            self.aws.sqs.get_queue_attributes(
                QueueUrl=self._queue_url, AttributeNames=WAITING
            )["Attributes"]
        )
        return sum(int(found[name]) for name in WAITING)

    def send(self, message: Message) -> None:
        """Put a message into the queue."""
        body = write_message(message)
        self.aws.sqs.send_message(QueueUrl=self._queue_url, MessageBody=body)

    def switch(self, *, on: bool) -> None:
        """Let the function get the messages of the queue, or not."""
        uuid, _ = self._mapping
        self.aws.function.update_event_source_mapping(UUID=uuid, Enabled=on)


def bulk(
    context: typer.Context,
    action: Annotated[Action, typer.Argument(metavar="ACTION", help="stop or resume.")],
    stack: NeededStackOption,
    as_json: JSONOption = False,
) -> None:
    """
    Stop or resume resyncs and backfills.

    Pictures that are put into the bucket are not affected. The queue keeps its messages
    for a day; the next resync finds the users of lost ones again. The command does not
    ask, because stop and resume undo each other.
    """
    session = Session.of(context)
    deployed = Stack.read(session.aws, stack)
    work = BulkWork(session.aws, deployed)
    waiting, resumes = work.count(), action is Action.RESUME
    if not as_json:
        session.say(deployed.describe())
        session.say(f"Messages in the bulk queue: about {waiting:,}.")
    work.switch(on=resumes)
    if as_json:
        facts = {"stopped": not resumes, "waiting": waiting}
        session.print_json({**deployed.place, **facts})
        return
    session.say("Bulk work continues." if resumes else "Bulk work is stopped.")
