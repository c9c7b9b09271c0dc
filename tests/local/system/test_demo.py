"""The demo, as somebody runs it who has just cloned the repository."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from local.authgear import User
from local.demo.checks import attributes, check
from local.demo.scenario import Step, play
from local.paths import PICTURES, ROOT
from local.sample_users import create_person
from local.system import LocalSystem
from outcome import Reason

TIME = 60.0  # seconds that the demo may take


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """Return where the contact sheet shall be."""
    return tmp_path / "new-folder" / "contact-sheet.jpg"


def test_demo_takes_a_picture_of_ones_own(sheet: Path) -> None:
    """A file and a name are enough; the function's log line is shown."""
    photo = PICTURES / "astronaut.png"

    result = run(sheet, "--picture", str(photo), "--user", "José Ñandú")

    assert result.returncode == 0, result.stdout + result.stderr
    assert '"input_width": 512' in result.stdout
    assert sheet.exists()


def test_demo_takes_a_user_id(sheet: Path) -> None:
    """A UUID in any spelling is the user's id, as Authgear spells it."""
    user_id = "0A1B2C3D-0000-4000-8000-ABCDEF000001"
    photo = PICTURES / "rocket.jpg"

    result = run(sheet, "--picture", str(photo), "--user", user_id)

    assert result.returncode == 0, result.stdout + result.stderr
    assert f"pictures/{user_id.lower()}.jpg" in result.stdout


def test_demo_fails_if_something_is_not_as_expected(sheet: Path) -> None:
    """A file without a picture fails, and the table says why."""
    no_picture = PICTURES / "README.md"

    result = run(sheet, "--picture", str(no_picture))

    assert result.returncode == 1
    assert "expected synced picture-set; got: The content is none of" in result.stdout


def test_demo_refuses_a_file_that_is_not_there(sheet: Path) -> None:
    """A mistyped path is reported before anything is started."""
    result = run(sheet, "--picture", "not-there.jpg")

    assert result.returncode == 2
    assert "there is no file not-there.jpg" in result.stderr


def test_demo_ends_with_ctrl_c(sheet: Path) -> None:
    """An interruption leaves no error on the screen, and no process."""
    with subprocess.Popen(  # noqa: S603 - a module of our own
        command(sheet), env=environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        while "outcome" not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGINT)
        start = time.monotonic()
        output = process.stdout.read()

    assert time.monotonic() - start < 60
    assert output.endswith("Stopped.\n")
    assert process.returncode == 130


def test_check_finds_what_is_wrong(system: LocalSystem) -> None:
    """Another outcome, a changed attribute and a needless upload are problems."""
    user = create_person(system.authgear, "Ada Lovelace")
    photo = (PICTURES / "rocket.jpg").read_bytes()
    key = f"pictures/{user.id}.jpg"
    step = Step(
        title="put it",
        key=key,
        expected=Reason.IN_SYNC,
        act=lambda: system.put(key, photo),
    )
    before = {user.id: attributes(user)}

    played = list(play(system, [step]))
    change_name(system, user)
    checks = check(system, before, [])

    problems = check(system, before, played)
    assert problems["every object became what it should"] == ["put it"]
    assert problems["every user's other attributes are what they were"] == [user.id]
    assert any("0 pictures set" in it for found in checks.values() for it in found)


def change_name(system: LocalSystem, user: User) -> None:
    """Change an attribute, as a faulty function would."""
    record = user.record
    changed = {**record.standard_attributes, "name": "Somebody Else"}
    system.authgear.users.commit(
        {user.id: replace(record, standard_attributes=changed)}
    )


def run(sheet: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the demo as a reader of no terminal does."""
    return subprocess.run(  # noqa: S603 - a module of our own
        command(sheet, *arguments),
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIME,
        check=False,
    )


def command(sheet: Path, *arguments: str) -> list[str]:
    """Return the command that runs the demo, strict on what is left open."""
    python = [sys.executable, "-W", "error", "-m", "local.demo"]
    return [*python, "--sheet", str(sheet), *arguments]


def environment() -> dict[str, str]:
    """Return the variables that the Makefile sets, and those of the user."""
    return {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
