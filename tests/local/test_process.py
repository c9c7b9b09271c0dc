"""Processes of this project's own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.process import Process, ProcessEnded
from tests.fakes.python import python_path

Start = Callable[..., Process]

PARENT = """
import os, signal, sys
from local.process import Process
process = Process([sys.executable, {child!r}], environment={{}})
process.wait_until_ready()
os.kill(os.getpid(), signal.SIGKILL)
"""
CHILD = """
import pathlib, sys
print("READY", flush=True)
sys.stdin.read()
pathlib.Path(__file__).with_name("ended").touch()
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Make processes of scripts written by a test; end those it leaves."""
    started = []

    def run(source: str, **environment: str) -> Process:
        script = tmp_path / "script.py"
        script.write_text(source)
        command = [sys.executable, str(script)]
        started.append(Process(command, environment=environment))
        return started[-1]

    yield run
    for process in started:
        process.stop()


def test_ready_text_is_returned(start: Start) -> None:
    """Lines printed before it are skipped."""
    process = start("print('Loading')\nprint('READY http://here', flush=True)")

    assert process.wait_until_ready() == "http://here"


def test_environment_holds_only_what_is_given(start: Start) -> None:
    """Of the parent's variables next to none is passed on."""
    process = start("import os; print('READY', *sorted(os.environ))", GIVEN="1")

    names = set(process.wait_until_ready().split())

    assert "GIVEN" in names
    assert names & os.environ.keys() <= {
        *("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH", "TMPDIR")
    }


def test_end_before_ready_is_told(start: Start) -> None:
    """A process that ends is an error with its exit status."""
    process = start("raise SystemExit(3)")

    with pytest.raises(ProcessEnded, match="ended with 3"):
        process.wait_until_ready()


def test_silence_is_told(start: Start) -> None:
    """A process that says nothing in time is an error."""
    process = start("input()")

    with pytest.raises(ProcessEnded, match=r"said nothing for 0\.05 s"):
        process.wait_until_ready(0.05)


def test_stop_ends_a_process_that_goes_on(start: Start) -> None:
    """A process that does not end with its input is ended by force."""
    process = start("import time; print('READY', flush=True); time.sleep(60)")
    process.wait_until_ready()

    process.stop(patience=0.05)

    with pytest.raises(ProcessEnded, match=f"ended with {-signal.SIGKILL}"):
        process.wait_until_ready()


def test_process_ends_with_its_parent(tmp_path: Path) -> None:
    """A parent that is killed leaves nothing behind."""
    child = tmp_path / "child.py"
    child.write_text(CHILD)

    parent = subprocess.run(  # noqa: S603 - of our own
        [sys.executable, "-c", PARENT.format(child=str(child))],
        env={**os.environ, **python_path()},
        check=False,
    )

    assert parent.returncode == -signal.SIGKILL
    assert _appears(tmp_path / "ended")


def _appears(file: Path) -> bool:
    """Wait until a file is there, for some seconds at most."""
    for _ in range(600):
        if file.exists():
            return True
        time.sleep(0.05)
    return False
