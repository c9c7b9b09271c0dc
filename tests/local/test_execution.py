"""An execution environment of the function."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.function.execution import Execution
from local.process import ProcessEnded
from tests.fakes.handlers import HANDLER


@pytest.fixture
def execution(tmp_path: Path) -> Iterator[Execution]:
    """Run a function that does what its event says."""
    (tmp_path / "handler.py").write_text(HANDLER)
    execution = Execution({}, timeout=2, path=[tmp_path])
    yield execution
    execution.stop()


def test_invoke_returns_what_the_function_returns(execution: Execution) -> None:
    """The function gets its event and a context, and its answer comes back."""
    invocation = execution.invoke({}, "request-1")

    assert invocation.error is None
    assert invocation.payload["request_id"] == "request-1"
    assert 1000 < invocation.payload["left"] <= 2000


def test_invoke_collects_what_the_function_prints(execution: Execution) -> None:
    """All lines are kept; the records of objects are told from the rest."""
    invocation = execution.invoke({"key": "a"}, "1")

    assert invocation.lines[0] == "not a record"
    assert [record["key"] for record in invocation.records] == ["a"]


def test_invoke_returns_an_error_in_the_form_of_lambda(execution: Execution) -> None:
    """What the function raises comes back as type, text and stack."""
    invocation = execution.invoke({"raise": "no"}, "1")

    assert invocation.error is not None
    assert invocation.error["errorType"] == "ValueError"
    assert invocation.error["errorMessage"] == "no"
    assert "handler.py" in invocation.error["stackTrace"][-1]


def test_process_is_kept_for_the_next_event(execution: Execution) -> None:
    """Events that follow one another meet the same process, even after an error."""
    first = execution.invoke({}, "1")
    execution.invoke({"raise": "no"}, "2")

    assert execution.invoke({}, "3").payload["pid"] == first.payload["pid"]


@pytest.mark.parametrize(
    ("event", "text"),
    [
        pytest.param({"exit": 7}, "ended with 7", id="ends"),
        pytest.param({"sleep": 30}, "said nothing", id="hangs"),
    ],
)
def test_process_that_is_lost_is_replaced(
    event: dict[str, int], text: str, tmp_path: Path
) -> None:
    """A process that ends or hangs is an error, and the next event gets a new one."""
    (tmp_path / "handler.py").write_text(HANDLER)
    execution = Execution({}, timeout=0.8, path=[tmp_path])
    execution.start()

    lost = execution.invoke(event, "1")
    execution.start()
    next_one = execution.invoke({}, "2")
    execution.stop()

    assert lost.error is not None
    assert lost.error["errorType"] == "Runtime.ExitError"
    assert text in lost.error["errorMessage"]
    assert next_one.error is None


def test_start_fails_if_the_function_cannot_be_imported(tmp_path: Path) -> None:
    """A function that does not even start is told at once."""
    (tmp_path / "handler.py").write_text("raise SystemExit(5)")
    execution = Execution({}, timeout=1, path=[tmp_path])

    with pytest.raises(ProcessEnded, match="ended with 5"):
        execution.start()

    execution.stop()
