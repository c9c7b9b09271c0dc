"""Work that goes on meanwhile: begun with the block, ended with it."""

from __future__ import annotations

import threading
import time

import pytest

from sync.picture_job import run_in_thread

MISSING: dict[str, str] = {}


def test_result() -> None:
    """What the work returns is to be had after the block."""
    with run_in_thread(lambda: "done") as result:
        pass

    assert result() == "done"


def test_error() -> None:
    """What the work raises is raised where its result is asked for, not before."""
    with run_in_thread(lambda: MISSING["missing"]) as result:
        pass

    with pytest.raises(KeyError, match="missing"):
        result()


def test_error_of_the_block() -> None:
    """The block's own error comes out, whatever becomes of the work."""
    with pytest.raises(ZeroDivisionError), run_in_thread(lambda: MISSING["missing"]):
        raise ZeroDivisionError


def test_in_thread_goes_on_meanwhile() -> None:
    """Work and block can wait for one another."""
    met = threading.Barrier(2, timeout=10)

    with run_in_thread(met.wait) as result:
        met.wait()

    assert result() in {0, 1}


def test_in_thread_has_ended_with_the_block() -> None:
    """Nothing goes on when an invocation is answered, be it a failed one."""
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
