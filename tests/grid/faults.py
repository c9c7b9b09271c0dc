"""
Every fault at every step, and the result: the one list.

The tests hold the function to it, and `docs/failures.md` prints it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import requests
from urllib3 import HTTPResponse

from outcome import Reason
from tests.fakes.authgear_server import Fault, answered, dropped_after, dropped_before
from tests.fakes.transport import answer
from tests.grid.stage import Stage
from tests.grid.wire import Spoil, passed_on

AUTHGEAR_STEPS = ("presign", "read", "upload", "update", "verify")

# Text that a server might add to its error; it must not be repeated.
BODY = {
    "message": "canary-body x-authgear-signature=canary",
    "info": {"canonical_request": "canary-body"},
}
Meet = Callable[[Stage, str], Any]
NOT_HERE = "-"
CODES = {reason.value: reason for reason in Reason}
PASSES = "\N{CHECK MARK}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """
    The result of one fault at one step.

    Args:
        tries: How often the step is asked for in one invocation while the fault lasts.

        passes: Whether the same invocation comes through if it strikes only once.

        reason: The result while it lasts.
    """

    tries: int
    passes: bool
    reason: Reason


@dataclass(frozen=True)
class Row:
    """
    One fault.

    Args:
        name: As the page shows it.

        meet: Makes the fault of a fake: for Authgear what happens to a request, for AWS
            the error that botocore raises, or what does so; `None` if no fake has it.

        reason: The result while it lasts, where the step names no other.

        text: Its result at each step, as the page shows it: tries, a check mark
            if it passes, a reason of its own.

        emulated: The same fault of the emulator, as `local.authgear.Fault` has it.

        wire: The same fault on the way from AWS.

        unrepeated: The steps at which the client of AWS does not repeat the request.
    """

    name: str
    meet: Meet | None
    reason: Reason
    text: str
    emulated: dict[str, Any] = field(default_factory=dict)
    wire: Spoil = passed_on
    unrepeated: tuple[str, ...] = ()

    def cells(self, steps: tuple[str, ...]) -> Iterator[tuple[str, Cell]]:
        """Read the fault's expected results, by step."""
        for step, text in zip(steps, self.text.split("|"), strict=True):
            tries, *rest = text.split()
            if tries != NOT_HERE:
                codes = [CODES[word.strip("`")] for word in rest if word != PASSES]
                reason = codes[0] if codes else self.reason
                cell = Cell(tries=int(tries), passes=PASSES in rest, reason=reason)
                yield step, cell


def strike(stage: Stage, row: Row, step: str, *, times: int) -> None:
    """Let the next requests or calls of a step meet a fault of a fake."""
    assert row.meet
    skipped = [None] if step in ("verify", "list again") else []
    met = [*skipped, *[row.meet(stage, step)] * times]
    if step in AUTHGEAR_STEPS:
        stage.authgear.fail(REQUESTS.get(step, step), *met)
    elif step == "secret":
        stage.secrets.errors += met
    else:
        stage.s3.fail(OPERATIONS[step], *met)


def tries(stage: Stage, step: str) -> int:
    """Return how often a step was asked for."""
    if step == "secret":
        return stage.secrets.calls
    done = [*stage.authgear.steps, *stage.s3.calls]
    name = REQUESTS.get(step) or OPERATIONS.get(step) or step
    return done.count(name) - (step in ("verify", "list again"))


REQUESTS = {"verify": "read"}
OPERATIONS = {
    "list": "list_objects_v2",
    "read_sync_tag": "get_object_tagging",
    "download": "get_object",
    "list again": "list_objects_v2",
    "write_tag": "put_object_tagging",
}


def _hang(*, work_done: bool) -> Meet:
    """Answer never: the client gives up when its time is up."""

    def meet(stage: Stage, step: str) -> Fault:
        def fault(work: Callable[[], requests.Response]) -> requests.Response:
            if work_done:
                work()
            _, read_timeout = stage.authgear.transport.timeouts[-1]
            stage.virtual.sleep(read_timeout)
            raise requests.ReadTimeout("https://canary/?x-authgear-signature=canary")

        return fault

    return meet


def _drip(stage: Stage, step: str) -> Fault:
    """Send one byte a second, forever."""

    class Drip(io.RawIOBase):
        """A body that never ends."""

        def read1(self, size: int = -1) -> bytes:
            """Return one byte, a second later."""
            stage.virtual.sleep(1)
            return b" "

    def fault(work: Callable[[], requests.Response]) -> requests.Response:
        response = answer(b"")
        response.raw = HTTPResponse(Drip(), preload_content=False)
        return response

    return fault


def _status(
    status: int, content: Any = "", headers: dict[str, str] | None = None
) -> Meet:
    """Answer in place of the server."""
    return lambda stage, step: lambda work: answer(content, status, headers)


def _truncated(stage: Stage, step: str) -> Fault:
    """Do the work, and cut the answer short."""

    def fault(work: Callable[[], requests.Response]) -> requests.Response:
        return answer(work().content[:-4])

    return fault


def _graphql(**extensions: Any) -> Meet:
    """Answer with an error of GraphQL."""
    error = {"message": "canary-body", "extensions": {**extensions, "info": BODY}}
    return lambda stage, step: answered({"data": None, "errors": [error]})


def _error(name: str, reason: str) -> dict[str, Any]:
    """Return an error in Authgear's form outside GraphQL."""
    return {"error": {"name": name, "reason": reason, "tracking_id": "t1", **BODY}}


def always(fault: Any) -> Meet:
    """Meet the same fault at every step."""
    return lambda stage, step: fault


R = Reason
AUTHGEAR: tuple[Row, ...] = (
    Row("connection refused", always(dropped_before), R.AUTHGEAR_UNREACHABLE,
        "4 ✓ | 3 ✓ | 3 ✓ | 5 | 3 ✓", {"drop": "before"}),
    Row("connection reset after the work", always(dropped_after),
        R.AUTHGEAR_UNREACHABLE, "4 ✓ | 3 ✓ | 3 ✓ | 1 | 3 ✓",
        {"drop": "after"}),
    Row("no answer, work not done", _hang(work_done=False), R.AUTHGEAR_TIMEOUT,
        "3 ✓ | 3 ✓ | 3 ✓ | 3 | 3 ✓"),
    Row("no answer, work done", _hang(work_done=True), R.AUTHGEAR_TIMEOUT,
        "3 ✓ | 3 ✓ | 3 ✓ | 1 | 3 ✓"),
    Row("answer byte by byte", _drip, R.AUTHGEAR_TIMEOUT,
        "3 ✓ | 3 ✓ | 3 ✓ | 3 | 3 ✓"),
    Row("301", _status(301, "", {"Location": "https://elsewhere.test/"}),
        R.AUTHGEAR_UNEXPECTED, "4 ✓ | 3 ✓ | 3 ✓ | 5 ✓ | 3 ✓",
        {"status": 301, "headers": {"Location": "https://elsewhere.test/"}}),
    Row("400", _status(400, _error("BadRequest", "BadRequest")), R.AUTHGEAR_UNEXPECTED,
        "4 ✓ | 3 ✓ | 1 `refused-by-authgear` | 5 ✓ | 3 ✓"),
    Row("403, text", _status(403, "Forbidden\n"), R.AUTHGEAR_FORBIDDEN,
        "2 ✓ | 2 ✓ | 3 ✓ `authgear-unexpected` | 2 ✓ | 2 ✓", {"status": 403}),
    Row("403, JSON", _status(403, _error("Forbidden", "Forbidden")),
        R.AUTHGEAR_FORBIDDEN, "2 ✓ | 2 ✓ | 3 ✓ `authgear-unexpected` | 2 ✓ | 2 ✓"),
    Row("404", _status(404, "canary-body"), R.AUTHGEAR_UNEXPECTED,
        "4 ✓ | 3 ✓ | 3 ✓ | 5 ✓ | 3 ✓", {"status": 404}),
    Row("409", _status(409, _error("AlreadyExists", "DuplicatedImage")),
        R.AUTHGEAR_UNEXPECTED, "4 ✓ | 3 ✓ | 3 ✓ | 5 ✓ | 3 ✓", {"status": 409}),
    Row("413", _status(413, "<html>canary-body"), R.AUTHGEAR_UNEXPECTED,
        "4 ✓ | 3 ✓ | 1 `refused-by-authgear` | 5 ✓ | 3 ✓",
        {"status": 413, "body": b"<html>canary-body"}),
    Row("429", _status(429, {}), R.AUTHGEAR_RATE_LIMITED,
        "2 ✓ | 2 ✓ | 2 ✓ | 3 ✓ | 2 ✓"),
    Row("429 with Retry-After: 2", _status(429, {}, {"Retry-After": "2"}),
        R.AUTHGEAR_RATE_LIMITED, "5 ✓ | 5 ✓ | 5 ✓ | 5 ✓ | 5 ✓"),
    Row("500", _status(500, _error("InternalError", "UnexpectedError")),
        R.AUTHGEAR_UNAVAILABLE, "4 ✓ | 3 ✓ | 3 ✓ | 5 | 3 ✓", {"status": 500}),
    Row("502, empty", _status(502), R.AUTHGEAR_UNAVAILABLE,
        "4 ✓ | 3 ✓ | 3 ✓ | 5 | 3 ✓", {"status": 502}),
    Row("503", _status(503, "canary-body"), R.AUTHGEAR_UNAVAILABLE,
        "4 ✓ | 3 ✓ | 3 ✓ | 5 | 3 ✓", {"status": 503}),
    Row("200 with HTML", _status(200, "<html>canary-body"), R.AUTHGEAR_UNEXPECTED,
        "4 ✓ | 3 ✓ | 3 ✓ | 5 | 3 ✓", {"body": b"<html>canary-body"}),
    Row("200 with JSON cut short", _truncated, R.AUTHGEAR_UNEXPECTED,
        "4 ✓ | 3 ✓ | 3 ✓ | 1 | 3 ✓"),
    Row("200 with JSON of another shape",
        _status(200, {"result": ["canary-body"], "data": {"node": []}}),
        R.AUTHGEAR_UNEXPECTED, "4 ✓ | 1 | 3 ✓ | 5 | 1",
        {"body": b'{"result": [7], "data": {"node": []}}'}),
    Row("200 with no data", always(answered({"data": None})), R.AUTHGEAR_UNEXPECTED,
        "4 ✓ | 3 ✓ | 3 ✓ | 5 | 3 ✓", {"body": b'{"data": null}'}),
    Row("GraphQL error, attribute invalid",
        _graphql(errorName="Invalid", reason="ValidationFailed"), R.ATTRIBUTES_INVALID,
        "- | - | - | 1 | -"),
    Row("GraphQL error, hook forbids",
        _graphql(errorName="Forbidden", reason="HookDisallowed"), R.DENIED_BY_HOOK,
        "- | - | - | 1 | -"),
    Row("GraphQL error, hook too slow",
        _graphql(errorName="InternalError", reason="HookDeliveryTimeout"),
        R.AUTHGEAR_UNAVAILABLE, "- | - | - | 5 ✓ | -"),
    Row("GraphQL error, unknown",
        always(answered({"data": None, "errors": [{"message": "canary-body"}]})),
        R.AUTHGEAR_UNAVAILABLE, "- | 3 ✓ | - | 5 ✓ | 3 ✓",
        {"body": b'{"data": null, "errors": [{"message": "canary-body"}]}'}),
)  # fmt: skip
