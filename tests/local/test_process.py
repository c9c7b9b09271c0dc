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

from local.paths import ROOT
from local.process import Process, ProcessEnded

Start = Callable[..., Process]

PARENT = """
import os, pathlib, signal
from local.process import Process
process = Process("child", environment={{}}, path=[pathlib.Path({folder!r})])
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
    """Make processes of modules written by a test; end those it leaves."""
    started = []

    def run(source: str, **environment: str) -> Process:
        (tmp_path / "module.py").write_text(source)
        started.append(Process("module", environment=environment, path=[tmp_path]))
        return started[-1]

    yield run
    for process in started:
        process.stop()


def test_lines_go_in_and_out(start: Start) -> None:
    """A line that is sent arrives, and one that is printed is read."""
    process = start("print('READY now', flush=True)\nprint(input()[::-1], flush=True)")

    ready = process.wait_until_ready()
    process.send("abc")

    assert (ready, process.read(5)) == ("now", "cba")


def test_environment_holds_only_what_is_given(start: Start) -> None:
    """Of the parent's variables next to none is passed on."""
    process = start("import os; print(*sorted(os.environ), flush=True)", GIVEN="1")

    names = set(process.read(5).split())

    assert "GIVEN" in names
    assert names & os.environ.keys() <= {
        *("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH"),
        *("PATH", "PYTHONPATH", "TMPDIR"),
    }


def test_read_tells_of_an_end(start: Start) -> None:
    """A process that ends is an error with its exit status."""
    process = start("raise SystemExit(3)")

    with pytest.raises(ProcessEnded, match="ended with 3"):
        process.wait_until_ready()


def test_send_tells_of_an_end(start: Start) -> None:
    """Nothing can be sent to a process that is gone."""
    process = start("")
    with pytest.raises(ProcessEnded):
        process.wait_until_ready()

    with pytest.raises(ProcessEnded, match="ended with 0"):
        process.send("abc")


def test_read_tells_of_silence(start: Start) -> None:
    """A process that says nothing in time is an error."""
    process = start("input()")

    with pytest.raises(ProcessEnded, match=r"said nothing for 0\.05 s"):
        process.read(0.05)


def test_stop_ends_a_process_that_goes_on(start: Start) -> None:
    """A process that does not end with its input is ended by force."""
    process = start("import time; print('READY', flush=True); time.sleep(60)")
    process.wait_until_ready()

    process.stop(patience=0.05)

    with pytest.raises(ProcessEnded, match=f"ended with {-signal.SIGKILL}"):
        process.read(1)


def test_process_ends_with_its_parent(tmp_path: Path) -> None:
    """A parent that is killed leaves nothing behind."""
    (tmp_path / "child.py").write_text(CHILD)

    parent = subprocess.run(  # noqa: S603 - a module of our own
        [sys.executable, "-c", PARENT.format(folder=str(tmp_path))],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )

    assert parent.returncode == -signal.SIGKILL
    assert _appears(tmp_path / "ended")


def _appears(file: Path) -> bool:
    """Wait until a file is there, for some seconds at most."""
    for _ in range(100):
        if file.exists():
            return True
        time.sleep(0.05)
    return False
