"""Work in parallel: it begins with the block, and ends with it."""

from __future__ import annotations

import threading
import time

import pytest

from sync.picture_job import RunDuring, run_in_thread
from tests.fakes.inline import run_inline

MISSING: dict[str, str] = {}
BOTH = pytest.mark.parametrize("run_during", [run_inline, run_in_thread])


@BOTH
def test_result(run_during: RunDuring) -> None:
    """The result of the work is available after the block."""
    with run_during(lambda: "done") as result:
        pass

    assert result() == "done"


@BOTH
def test_error(run_during: RunDuring) -> None:
    """An error of the work is raised where its result is asked for, not before."""
    with run_during(lambda: MISSING["missing"]) as result:
        pass

    with pytest.raises(KeyError, match="missing"):
        result()


@BOTH
def test_error_of_the_block(run_during: RunDuring) -> None:
    """The block's own error is raised, not that of the work."""
    with pytest.raises(ZeroDivisionError), run_during(lambda: MISSING["missing"]):
        raise ZeroDivisionError


def test_later() -> None:
    """Nothing is done until the result is asked for."""
    done: list[str] = []

    with run_inline(lambda: done.append("work")) as result:
        done.append("block")
    result()

    assert done == ["block", "work"]


def test_in_thread_goes_on_meanwhile() -> None:
    """Work and block can wait for one another."""
    met = threading.Barrier(2, timeout=10)

    with run_in_thread(met.wait) as result:
        met.wait()

    assert result() in {0, 1}


def test_in_thread_has_ended_with_the_block() -> None:
    """Nothing continues once an invocation is answered, even a failed one."""
    done: list[str] = []

    def work() -> None:
        time.sleep(0.1)
        done.append("work")

    with pytest.raises(ZeroDivisionError), run_in_thread(work):
        raise ZeroDivisionError

    assert done == ["work"]


def test_in_thread_does_not_keep_the_process() -> None:
    """Work that hangs ends with the process."""
    with run_in_thread(threading.current_thread) as result:
        pass

    assert result() is not threading.current_thread()
    assert result().daemon
