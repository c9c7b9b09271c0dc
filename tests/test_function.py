"""One invocation: a log line and metrics for each object, and none is lost."""

from __future__ import annotations

import io
import json
import uuid
from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aws_lambda_powertools import Logger, Metrics

from function import CALL_RESERVE, LOG_RESERVE, Function
from hard_timeout import HardTimeout
from outcome import Outcome, Reason, Result
from resync.pace import BulkPace
from run_records import Recorder
from sync.results import ObjectResult
from tests.fakes.clock import FakeClock
from tests.fakes.reconciler import FakeReconciler
from tests.samples.events import BUCKET, KEY, load_event, s3, sqs
from triggers.messages import Check, write_message, write_user_check
from triggers.sources import AsyncInvocation, PicturesFailed

SECRET = "https://demo.authgear.test/?x-authgear-signature=SECRET"  # noqa: S105
USER_ID = "00000000-0000-4000-8000-000000000001"
DIMENSIONS = {"function": "pictures"}


class Stage:
    """A function whose log, clock and alarms a test can read."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.timeouts: list[float] = []
        self.reconciler = FakeReconciler(self.clock)
        self.log = io.StringIO()
        self.function = Function(
            bucket_name=BUCKET,
            reconciler=cast(Any, self.reconciler),
            resyncer=cast(Any, None),
            bulk_queue_name="bulk",
            pace=BulkPace(0, lambda: 0),
            recorder=Recorder(
                # Loggers of one name share their stream.
                logger=Logger(
                    service=str(uuid.uuid4()), location=None, stream=self.log
                ),
                metrics=Metrics(namespace="Test"),
            ),
            clock=self.clock,
            sleep=self.clock.sleep,
            hard_timeout=self.set_timeout,
        )

    def set_timeout(self, seconds: float) -> AbstractContextManager[None]:
        """Note what an alarm was set to; it never rings."""
        self.timeouts.append(seconds)
        return nullcontext()

    def handle(self, event: Any, seconds: float = 60) -> dict[str, Any]:
        """Answer an event with so much time left."""
        context = SimpleNamespace(
            function_name="pictures",
            get_remaining_time_in_millis=lambda: seconds * 1000,
        )
        return self.function.handle(event, cast(Any, context))

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Return the log's lines."""
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


@pytest.fixture
def stage() -> Stage:
    """Return a function."""
    return Stage()


def emitted(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return the metrics that were written to standard output."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_handle(stage: Stage) -> None:
    """The object is reconciled, and the invoker gets its answer."""
    answer = stage.handle(s3())

    assert [call[0] for call in stage.reconciler.calls] == [KEY]
    assert answer["objects"][0]["outcome"] == "synced"


def test_handle_deadline(stage: Stage) -> None:
    """Objects must be done before Lambda's own end, the same moment for all."""
    event = {"Records": [*s3("a")["Records"], *s3("b")["Records"]]}

    stage.handle(event, seconds=60)

    deadline = 1000 + 60 - CALL_RESERVE
    budgets = [call[1] for call in stage.reconciler.calls]
    assert [it.deadline for it in budgets] == [deadline, deadline]


def test_handle_budget(stage: Stage) -> None:
    """Every object has a budget of its own, and the clock and the source's wait."""
    event = {"Records": [*s3("a")["Records"], *s3("b")["Records"]]}

    stage.handle(event)
    stage.handle(sqs(s3("c")))

    first, second, queued = [call[1] for call in stage.reconciler.calls]
    assert first is not second
    assert first.max_wait == AsyncInvocation.max_wait < queued.max_wait
    assert (first.clock, first.sleep) == (stage.clock, stage.clock.sleep)


def test_handle_several_lines(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """A run that ends about two objects writes a line and counts for each."""
    older = Result(reason=Reason.PICTURE_SET, detail="an older one")
    stage.reconciler.results[KEY] = Result(reason=Reason.NOT_A_PICTURE)
    stage.reconciler.others[KEY] = [ObjectResult(key="older", result=older)]

    answer = stage.handle(s3())

    lines = [(line["key"], line["reason"]) for line in stage.lines]
    assert lines == [(KEY, "not-a-picture"), ("older", "picture-set")]
    assert [it["key"] for it in answer["objects"]] == [KEY, "older"]
    [metrics] = emitted(capsys)
    assert (metrics["Rejected"], metrics["Synced"]) == ([1], [1])


def test_handle_alarm(stage: Stage) -> None:
    """An object is interrupted shortly before Lambda's end, not at its deadline."""
    event = {"Records": [*s3("a")["Records"], *s3("b")["Records"]]}

    stage.handle(event, seconds=60)

    assert stage.timeouts == [60 - LOG_RESERVE, 60 - LOG_RESERVE - 0.25]
    assert LOG_RESERVE < CALL_RESERVE


def test_object_broken_off(stage: Stage) -> None:
    """It failed and will be tried again, the log tells where, and others go on."""
    stage.reconciler.results["a"] = HardTimeout()
    event = {"Records": [*s3("a")["Records"], *s3("b")["Records"]]}

    with pytest.raises(PicturesFailed):
        stage.handle(event)

    assert [line["outcome"] for line in stage.lines] == ["failed", "synced"]
    line = stage.lines[0]
    assert (line["reason"], line["level"]) == ("not-settled", "ERROR")
    assert "interrupted" in line["detail"]
    assert any(place.startswith("reconciler.py:") for place in line["places"])


@pytest.mark.parametrize("again", [True, False])
def test_handle_again(stage: Stage, again: bool) -> None:
    """A message may ask to look once more at what a tag settles."""
    stage.handle(sqs(write_message(Check(bucket=BUCKET, key=KEY, again=again))))

    assert [call[2] for call in stage.reconciler.calls] == [again]


def test_log_line(stage: Stage) -> None:
    """The one line of an object holds the result, and nothing that is not."""
    fields = {"user_id": "u", "status": None, "read_ms": 1.5, "input_bytes": 7}
    stage.reconciler.results[KEY] = Result(
        reason=Reason.IN_SYNC, detail="as it was", fields=fields
    )

    stage.handle(s3())

    [line] = stage.lines
    del line["timestamp"], line["service"]
    assert line == {
        "level": "INFO",
        "message": "object reconciled",
        "outcome": "unchanged",
        "reason": "in-sync",
        "detail": "As it was.",
        "bucket": BUCKET,
        "key": KEY,
        "user_id": "u",
        "read_ms": 1.5,
        "input_bytes": 7,
        "total_ms": 250.0,
    }


@pytest.mark.parametrize("reason", Reason)
def test_log_level(stage: Stage, reason: Reason) -> None:
    """A rejection is a warning, a failure is an error; the reason gives the detail."""
    stage.reconciler.results[KEY] = Result(reason=reason)

    stage.handle(sqs(s3()))

    [line] = stage.lines
    levels = {Outcome.REJECTED: "WARNING", Outcome.FAILED: "ERROR"}
    assert line["level"] == levels.get(reason.outcome, "INFO")
    assert line["reason"] == reason
    assert line["detail"] == Result(reason=reason).sentences


def test_log_problem(stage: Stage) -> None:
    """An event without an object is logged as well, and nobody is reconciled."""
    stage.handle(load_event("s3-test-event.json"))

    [line] = stage.lines
    assert (line["outcome"], line["reason"]) == ("ignored", "test-event")
    assert (line["bucket"], line["key"]) == (BUCKET, "")
    assert stage.reconciler.calls == []


def test_other_bucket(stage: Stage) -> None:
    """Objects of a bucket that is not ours are ignored."""
    event = s3()
    event["Records"][0]["s3"]["bucket"]["name"] = "other"

    answer = stage.handle(event)

    assert answer["objects"][0]["reason"] == "other-bucket"
    assert stage.reconciler.calls == []


def test_user_is_reconciled(stage: Stage) -> None:
    """A message that names a user goes to the reconciler by the id, in our bucket."""
    answer = stage.handle(sqs(write_user_check(USER_ID)), seconds=60)

    [(user_id, budget)] = stage.reconciler.user_calls
    assert (user_id, budget.deadline) == (USER_ID, 1000 + 60 - CALL_RESERVE)
    assert stage.reconciler.calls == []
    assert answer["batchItemFailures"] == []
    assert answer["objects"][0]["user_id"] == USER_ID


def test_user_is_logged_and_counted(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line names the user, no bucket and no key; the outcome counts as any."""
    stage.reconciler.results[USER_ID] = Result(reason=Reason.IN_SYNC)

    stage.handle(sqs(write_user_check(USER_ID)))

    [line] = stage.lines
    assert (line["message"], line["user_id"]) == ("user reconciled", USER_ID)
    assert (line["outcome"], line["total_ms"]) == ("unchanged", 250.0)
    assert not {"bucket", "key"} & line.keys()
    assert emitted(capsys)[0]["Unchanged"] == [1]


def test_batch_broken_off(stage: Stage) -> None:
    """All of its messages come again: the time of the invocation is up."""
    stage.reconciler.results["a"] = HardTimeout()

    answer = stage.handle(sqs(s3("a"), s3("b")))

    assert [it["itemIdentifier"] for it in answer["batchItemFailures"]] == ["m0", "m1"]
    assert {line["reason"] for line in stage.lines} == {"not-settled"}


@pytest.mark.parametrize(
    "result",
    [Result(reason=Reason.S3_DENIED), ValueError(SECRET)],
    ids=["failed", "bug"],
)
def test_user_whose_check_fails_comes_again(stage: Stage, result: Any) -> None:
    """A failure is a failure as any, and another message goes on."""
    stage.reconciler.results[USER_ID] = result

    answer = stage.handle(sqs(write_user_check(USER_ID), s3("a")))

    assert answer["batchItemFailures"] == [{"itemIdentifier": "m0"}]
    assert [call[0] for call in stage.reconciler.calls] == ["a"]
    assert "SECRET" not in stage.log.getvalue() + json.dumps(answer)


def test_unexpected_error(stage: Stage) -> None:
    """An unexpected error shows type and places: its text could hold anything."""
    stage.reconciler.results["b"] = ValueError(SECRET)

    answer = stage.handle(sqs(s3("a"), s3("b"), s3("c")))

    assert answer["batchItemFailures"] == [{"itemIdentifier": "m1"}]
    assert [line["key"] for line in stage.lines] == ["a", "b", "c"]
    line = stage.lines[1]
    assert (line["level"], line["reason"]) == ("ERROR", "unexpected-error")
    assert line["error_type"] == "ValueError"
    assert line["detail"].startswith("An error that should not be possible: ValueErr")
    assert line["detail"].endswith("Report it, with `error_type` and `places`.")
    assert [place.split(":")[0] for place in line["places"]] == [*["reconciler.py"] * 3]
    assert all(place.split(":")[1].isdigit() for place in line["places"])
    assert "SECRET" not in stage.log.getvalue() + json.dumps(answer)


def test_unexpected_error_raises(stage: Stage) -> None:
    """To an asynchronous invoker it is a failure as any, without its text or cause."""
    stage.reconciler.results[KEY] = ValueError(SECRET)

    with pytest.raises(PicturesFailed) as caught:
        stage.handle(s3())

    assert str(caught.value) == "1 of 1 objects failed: unexpected-error"
    assert caught.value.__context__ is None


def test_metrics(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Outcome, time and bytes of all objects are counted; no dimension names a user."""
    stage.reconciler.results = {
        "a": Result(
            reason=Reason.PICTURE_SET,
            fields={"user_id": "u", "input_bytes": 7, "output_bytes": 5},
        ),
        "b": Result(reason=Reason.EMPTY_OBJECT, fields={"input_bytes": 0}),
        "c": Result(reason=Reason.S3_DENIED),
    }

    stage.handle(sqs(s3("a"), s3("b"), s3("c")))

    [metrics] = emitted(capsys)
    [described] = metrics.pop("_aws")["CloudWatchMetrics"]
    assert described["Namespace"] == "Test"
    assert described["Dimensions"] == [["function"]]
    assert {metric["Name"]: metric["Unit"] for metric in described["Metrics"]} == {
        "Synced": "Count",
        "Rejected": "Count",
        "Failed": "Count",
        "Latency": "Milliseconds",
        "InputBytes": "Bytes",
        "OutputBytes": "Bytes",
    }
    assert metrics == DIMENSIONS | {
        "Synced": [1],
        "Rejected": [1],
        "Failed": [1],
        "Latency": [250, 250, 250],
        "InputBytes": [7, 0],
        "OutputBytes": [5],
    }


def test_metrics_of_failed(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Metrics are written where the invocation fails, and begin again with the next."""
    stage.reconciler.results[KEY] = Result(reason=Reason.S3_DENIED)
    with pytest.raises(PicturesFailed):
        stage.handle(s3())

    stage.handle(s3("a"))

    first, second = emitted(capsys)
    assert (first["Failed"], first["Latency"]) == ([1], [250])
    assert (second["Synced"], second["Latency"]) == ([1], [250])
    assert "Failed" not in second


def test_metrics_of_many(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """No object is left out where there are more than one record of metrics holds."""
    stage.handle(sqs(*[s3(f"key-{number}") for number in range(250)]))

    records = emitted(capsys)
    assert sum(len(metrics.get("Synced", [])) for metrics in records) == 250
    assert {metrics["function"] for metrics in records} == {"pictures"}
    assert len(stage.lines) == 250
