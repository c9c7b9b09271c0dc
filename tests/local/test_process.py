"""Processes of this project's own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from local.process import START_TIMEOUT, STOP_TIMEOUT, ProcessEnded, run_process
from tests.fakes.python import python_path

Start = Callable[..., AbstractContextManager[str]]

PARENT = """
import os, signal, sys
from local.process import run_process
with run_process([sys.executable, {child!r}], environment={{}}):
    os.kill(os.getpid(), signal.SIGKILL)
"""
CHILD = """
import pathlib, sys
print("READY", flush=True)
sys.stdin.read()
pathlib.Path(__file__).with_name("ended").touch()
"""
# It goes on without its input.
STUBBORN = """
import os, pathlib, time
print("READY", os.getpid(), flush=True)
time.sleep(60)
pathlib.Path(__file__).with_name("ended").touch()
"""


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Run processes of scripts written by a test."""

    def run(
        source: str,
        *,
        environment: Mapping[str, str] | None = None,
        start_timeout: float = START_TIMEOUT,
        stop_timeout: float = STOP_TIMEOUT,
    ) -> AbstractContextManager[str]:
        script = tmp_path / "script.py"
        script.write_text(source)
        command = [sys.executable, str(script)]
        return run_process(
            command,
            environment=environment or {},
            start_timeout=start_timeout,
            stop_timeout=stop_timeout,
        )

    return run


def test_ready_text_is_returned(start: Start) -> None:
    """Lines printed before it are skipped."""
    with start("print('Loading')\nprint('READY http://here', flush=True)") as text:
        assert text == "http://here"


def test_environment_holds_only_what_is_given(start: Start) -> None:
    """Of the parent's variables next to none is passed on."""
    source = "import os; print('READY', *sorted(os.environ))"

    with start(source, environment={"GIVEN": "1"}) as text:
        names = set(text.split())

    assert "GIVEN" in names
    assert names & os.environ.keys() <= {
        *("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH", "TMPDIR")
    }


def test_end_before_ready_is_told(start: Start) -> None:
    """A process that ends is an error with its exit status."""
    with (
        pytest.raises(ProcessEnded, match="ended with 3"),
        start("raise SystemExit(3)"),
    ):
        pass


def test_silence_is_told(start: Start) -> None:
    """A process that says nothing in time is an error."""
    silent = start("input()", start_timeout=0.05)

    with pytest.raises(ProcessEnded, match=r"said nothing for 0\.05 s"), silent:
        pass


def test_end_of_the_block_ends_a_process_that_goes_on(
    start: Start, tmp_path: Path
) -> None:
    """A process that does not end with its input is ended by force."""
    with start(STUBBORN, stop_timeout=0.05) as text:
        os.kill(int(text), 0)

    with pytest.raises(ProcessLookupError):
        os.kill(int(text), 0)
    assert not (tmp_path / "ended").exists()


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
