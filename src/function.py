"""The function: one invocation, from its event to the answer."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from authgear import Budget
from hard_timeout import HardTimeout
from outcome import Reason, Result
from resync.bulk_queue import QueueFailed
from resync.pace import BulkPace
from resync.resync import Resyncer
from run_records import Recorder
from sync.errors import result_from_error
from sync.reconciler import Reconciler, Target
from sync.results import ObjectResult
from triggers.messages import Resync, ResyncRange
from triggers.parser import read_event
from triggers.sources import Event, EventSource, ObjectEvent, UserEvent

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

# Seconds kept free before Lambda's own deadline: the longest call to AWS, and the log.
CALL_RESERVE = 12.0
# Seconds before Lambda's own deadline at which a running call is interrupted.
LOG_RESERVE = 1.0

Lines = list[ObjectResult]


@dataclass(frozen=True, kw_only=True)
class Function:
    """
    Answers invocations.

    Args:
        bucket_name: The bucket whose events count.

        reconciler: Brings users in sync.

        resyncer: Carries out a resync.

        bulk_queue_name: The queue whose work keeps to the pace.

        pace: The pace of bulk work.

        recorder: Writes the log lines, and counts.

        clock: Monotonic seconds.

        sleep: Waits for a number of seconds.

        hard_timeout: Interrupts a block after a number of seconds, with `HardTimeout`.
    """

    bucket_name: str
    reconciler: Reconciler
    resyncer: Resyncer
    bulk_queue_name: str
    pace: BulkPace
    recorder: Recorder
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    hard_timeout: Callable[[float], AbstractContextManager[Any]] = nullcontext

    def handle(self, event: Any, context: LambdaContext) -> dict[str, Any]:
        """
        Bring every user in sync that an event is about.

        Args:
            event: Any value; the shapes in `events/` are understood.

            context: Has the time that is left.

        Returns:
            The answer that the event source expects, with an entry per object.

        Raises:
            PicturesFailed: An object failed; the event source then delivers again.
        """
        end = self.clock() + context.get_remaining_time_in_millis() / 1000
        source = read_event(event)
        # Two stacks in one account must not be counted together.
        self.recorder.metrics.add_dimension(
            name="function", value=context.function_name
        )
        try:
            results = [
                (_of_line(it, line), line.result)
                for it, lines in self._process_all(source, end)
                for line in lines
            ]
        finally:
            self.recorder.metrics.flush_metrics()
        return source.answer(results)

    def _process_all(
        self, source: EventSource, end: float
    ) -> Iterator[tuple[Event, Lines]]:
        """Process the events of a source: several users of a queue share requests."""
        users = {target: it for it in source.events if (target := self._target(it))}
        shared = list(users.values()) if source.queue and len(users) > 1 else []
        if shared:
            yield from self._process(shared, source, end)
        for event in source.events:
            if event not in shared:  # also a message that came twice in one batch
                yield from self._process([event], source, end)

    def _process(
        self, events: Sequence[Event], source: EventSource, end: float
    ) -> Iterator[tuple[Event, Lines]]:
        """Process events before Lambda's end, and record each result."""
        start = self.clock()
        budget = Budget(
            deadline=end - CALL_RESERVE,
            max_wait=source.max_wait,
            clock=self.clock,
            sleep=self.sleep,
        )
        is_bulk = bool(source.queue) and source.queue == self.bulk_queue_name
        found: Sequence[Lines | BaseException]
        try:
            with self.hard_timeout(end - LOG_RESERVE - start):
                work = self._reconcile_paced if is_bulk else self._reconcile
                found = work(events, budget)
        except (HardTimeout, Exception) as error:  # noqa: BLE001 - a bug in one event must not lose the rest
            found = [error] * len(events)
        milliseconds = round((self.clock() - start) * 1000 / len(events), 1)
        for event, outcome in zip(events, found, strict=True):
            lines = _lines_of(event, outcome)
            for line in lines:
                of_line = _of_line(event, line)
                self.recorder.record(of_line, line.result, milliseconds)
            yield event, lines

    def _reconcile_paced(
        self, events: Sequence[Event], budget: Budget
    ) -> Sequence[Lines | BaseException]:
        """Do bulk work when its turn comes; put a range off that has no time for it."""
        delay = self.pace.find_delay(budget)
        if delay and isinstance(events[0], ResyncRange):
            result = self._resync(events[0], budget, delay)
            return [[ObjectResult(key="", result=result)]]
        with self.pace.work(budget):
            return self._reconcile(events, budget)

    def _reconcile(
        self, events: Sequence[Event], budget: Budget
    ) -> Sequence[Lines | BaseException]:
        """Reconcile the users of events, or carry out a message of a resync."""
        if len(events) > 1:
            targets = [target for it in events if (target := self._target(it))]
            return self.reconciler.reconcile_many(targets, budget)
        [event] = events
        if isinstance(event, Resync | ResyncRange):
            return [[ObjectResult(key="", result=self._resync(event, budget))]]
        if isinstance(event, UserEvent):
            user = self.reconciler.reconcile_user
            return [user(event.user_id, budget, again=event.again)]
        problem = self._problem(event)
        if problem is not None:
            return [[ObjectResult(key=event.key, result=Result(reason=problem))]]
        return [self.reconciler.reconcile(event.key, budget, again=event.again)]

    def _resync(
        self, message: Resync | ResyncRange, budget: Budget, delay: float = 0.0
    ) -> Result:
        """Carry out a message of a resync, or delay a range by a number of seconds."""
        try:
            if delay and isinstance(message, ResyncRange):
                return self.resyncer.put_off(message, delay)
            if isinstance(message, Resync):
                return self.resyncer.start(message, budget)
            return self.resyncer.compare(message, budget)
        except QueueFailed as error:
            return Result(reason=error.reason, detail=str(error))
        except Exception as error:
            result = result_from_error(error)
            if result is None:
                raise
            return result

    def _target(self, event: Event) -> Target | None:
        """Return the user that an event is about, `None` if it names no user."""
        if isinstance(event, UserEvent):
            return Target(user_id=event.user_id, again=event.again)
        if isinstance(event, ObjectEvent) and self._problem(event) is None:
            return Target(key=event.key, again=event.again)
        return None

    def _problem(self, event: ObjectEvent) -> Reason | None:
        """Return why there is nothing to look at."""
        if event.problem is None and event.bucket != self.bucket_name:
            return Reason.OTHER_BUCKET
        return event.problem


def _lines_of(event: Event, outcome: Lines | BaseException) -> Lines:
    """Return the lines of an event, or the one of the error that ended it."""
    if not isinstance(outcome, BaseException):
        return outcome
    key = event.key if isinstance(event, ObjectEvent) else ""
    result = _unexpected(outcome)
    if isinstance(outcome, HardTimeout):
        detail = "a call was interrupted: it ran past the deadline"
        fields = {"places": _places(outcome)}
        result = Result(reason=Reason.NOT_SETTLED, detail=detail, fields=fields)
    return [ObjectResult(key=key, result=result)]


def _of_line(event: Event, line: ObjectResult) -> Event:
    """Return the event as one about the object of a line."""
    return replace(event, key=line.key) if isinstance(event, ObjectEvent) else event


def _unexpected(error: BaseException) -> Result:
    """
    Return the result of an unexpected error.

    Its text may hold anything, so only its type and the places it passed are shown.
    """
    kind = type(error).__name__
    return Result(
        reason=Reason.UNEXPECTED_ERROR,
        detail=f"{Reason.UNEXPECTED_ERROR.meaning}: {kind}",
        fields={"error_type": kind, "places": _places(error)},
    )


def _places(error: BaseException) -> list[str]:
    """Return the files and lines that an error passed."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
