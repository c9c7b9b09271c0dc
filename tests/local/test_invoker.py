"""Lambda's asynchronous invocation: a queue, two retries, a destination of failures."""

from __future__ import annotations

import json
import queue
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from local.aws import LocalAWS
from local.function.invoker import Delivery, Invoker
from tests.fakes.execution import FakeExecution

EVENT = {"Records": ["an event"]}
Deliver = Callable[[FakeExecution], Delivery]


@pytest.fixture
def failures(aws: LocalAWS) -> str:
    """Create a queue for what failed."""
    return aws.sqs.create_queue(QueueName=f"failures-{uuid.uuid4()}")["QueueUrl"]


@pytest.fixture
def events(aws: LocalAWS) -> str:
    """Create a queue of events."""
    return aws.sqs.create_queue(QueueName=f"events-{uuid.uuid4()}")["QueueUrl"]


@pytest.fixture
def deliver(aws: LocalAWS, events: str, failures: str) -> Iterator[Deliver]:
    """Send an event and wait until it is done with."""
    done: queue.Queue[Delivery] = queue.Queue()
    with ExitStack() as stack:

        def run(execution: FakeExecution) -> Delivery:
            invoker = Invoker(
                aws.sqs,
                events=events,
                failures=failures,
                executions=[execution],
                on_delivery=done.put,
                retry_delays=(0, 0),
            )
            invoker.start()
            stack.callback(invoker.stop)
            aws.sqs.send_message(QueueUrl=events, MessageBody=json.dumps(EVENT))
            return done.get(timeout=10)

        yield run


def test_event_is_delivered_once_if_all_is_well(
    deliver: Deliver, aws: LocalAWS, failures: str
) -> None:
    """What the function answers is the end of it."""
    execution = FakeExecution()

    delivery = deliver(execution)

    assert execution.events == [EVENT]
    assert delivery.event == EVENT
    assert [invocation.error for invocation in delivery.invocations] == [None]
    assert _waiting(aws, failures) == []


def test_event_comes_again_after_an_error(
    deliver: Deliver, aws: LocalAWS, failures: str
) -> None:
    """Two errors are followed by a third attempt, under the same request id."""
    execution = FakeExecution(["First", "Second"])

    delivery = deliver(execution)

    assert execution.events == [EVENT] * 3
    assert len(set(execution.request_ids)) == 1
    assert len(delivery.invocations) == 3
    assert delivery.invocations[-1].error is None
    assert _waiting(aws, failures) == []


def test_event_goes_to_the_failures_after_three_errors(
    deliver: Deliver, aws: LocalAWS, failures: str, events: str
) -> None:
    """The third error is the last: the event is kept with it, as Lambda does."""
    delivery = deliver(FakeExecution(["First", "Second", "Third", "Fourth"]))

    (record,) = _waiting(aws, failures)
    assert len(delivery.invocations) == 3
    assert record["requestPayload"] == EVENT
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["responsePayload"]["errorType"] == "Third"
    assert _waiting(aws, events) == []


def _waiting(aws: LocalAWS, url: str) -> list[dict[str, dict[str, object]]]:
    """Return the messages that are in a queue."""
    answer = aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]
