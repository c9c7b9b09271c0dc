"""Every `make` of the documents, in a clean copy of the checkout."""

from __future__ import annotations

import os
import shlex
import signal
from importlib.util import find_spec
from itertools import takewhile
from pathlib import Path

import pytest
from PIL import Image

from local.loopback import fetch
from tests.docs.commands import COMMANDS
from tests.docs.system.checkout import Checkout

DEMO, DEMO_OF_ONES_OWN = "make demo", 'make demo PICTURE=me.jpg USER="Ada Lovelace"'
# Run unchanged.
RUN = (DEMO, DEMO_OF_ONES_OWN, "make docs", "make format")
# Run until they have said where the page is, then ended with Ctrl-C.
RUN_UNTIL_CTRL_C = ("make local", "make local SET=RemoveOnDelete=true")
# Run by another test of this project.
RUN_ELSEWHERE = {
    "make build": "tests/deploy/conftest.py builds it for both machines",
    "make build ARCHITECTURE=x86_64": "tests/deploy/conftest.py",
    "make invoke DOCKER=no": "tests/deploy/test_invoke.py",
    'make ops ARGS="doctor --stack STACK"': "tests/ops/test_operate.py",
    'make ops ARGS="replay --stack STACK"': "tests/ops/test_operate.py",
}
# Not run, for this reason; but all that `make -n` shows has to exist.
PLANNED = {
    "make audit": "it asks the advisories of PyPI, which no test may",
    "make bench": "ten minutes",
    "make check": "it is lint, types and the tests themselves",
    "make fuzz": "a minute; tests/hostile damages some files",
    "make fuzz SECONDS=600 SEED=2": "ten minutes",
    "make fuzz FORMAT=NAME": "a minute; tests/hostile damages some files",
    "make invoke": "it needs Docker, and images from a registry",
    "make invoke EVENT=events/sqs.json": "the same",
    "make lock": "it asks PyPI",
    "make release": "it needs a clean tree; tests/deploy makes the archives",
    "make ops": "it only lists the commands, of which each is run",
    "make screenshots": "it needs Chromium",
    "make soak": "20,000 histories; tests/simulation plays some",
    "make storm": "minutes; tests/simulation and tests/e2e play it smaller",
    "make test": "it is the other tests",
    "make test-browser": "it needs Chromium",
    "make validate": "it is what runs this",
}


def test_every_make_is_run_in_one_way() -> None:
    """Each command of the documents has a decision here on how it is run."""
    ways = [*RUN, *RUN_UNTIL_CTRL_C, *RUN_ELSEWHERE, *PLANNED]

    shown = {it.text for it in COMMANDS if it.program == "make"}

    assert shown == set(ways)
    assert len(ways) == len(set(ways))


def test_demo_shows_that_all_is_as_expected(checkout: Checkout) -> None:
    """Every row is ok, every check holds, and there is a sheet of the pictures."""
    output = checkout.run(DEMO)

    marks = [line[:2] for line in output.splitlines() if line[:2] in {"ok", "NO"}]
    assert marks == ["ok"] * 23
    assert "\x1b" not in output
    with Image.open(checkout.folder / "build/demo/contact-sheet.jpg") as picture:
        assert picture.format == "JPEG"


def test_demo_takes_a_picture_of_ones_own(checkout: Checkout) -> None:
    """A file and a name are enough; the function's log line is shown."""
    output = checkout.run(DEMO_OF_ONES_OWN)

    assert '"input_width": 640' in output
    assert "contact-sheet.jpg" in output


@pytest.mark.parametrize("command", RUN[2:])
def test_make_changes_nothing_that_is_as_it_should_be(
    checkout: Checkout, command: str
) -> None:
    """Its output is there already."""
    before = checkout.contents()

    checkout.run(command)

    assert checkout.contents() == before


@pytest.mark.parametrize("command", RUN_UNTIL_CTRL_C)
def test_make_runs_until_ctrl_c(checkout: Checkout, command: str) -> None:
    """It serves its page, what it prints works in another terminal, and it ends."""
    with checkout.start(command) as process:
        assert process.stdout
        lines = iter(process.stdout.readline, "")
        shown = list(takewhile(lambda line: "Ctrl-C ends it" not in line, lines))
        page = fetch(next(line.split()[-1] for line in shown if "/\n" in line))
        typed = [line.strip() for line in shown if line[:2] == "  "]
        uploaded = checkout.run("\n".join(typed))
        os.killpg(process.pid, signal.SIGINT)
        rest = process.stdout.read()

    assert b"<title>Profile pictures" in page
    assert "upload: ./picture.jpg to s3://pictures-example/pictures/" in uploaded
    assert "Stopped." in rest
    assert "Traceback" not in rest


@pytest.mark.parametrize("command", PLANNED)
def test_make_would_start_what_exists(checkout: Checkout, command: str) -> None:
    """The programs, modules and files in each line that it would run are there."""
    output = checkout.run(command.replace("make", "make --dry-run", 1))

    modules, programs = [], []
    for line in output.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True) or [""]
        if words[0].startswith((".venv/", ".venv-sam/")):
            programs.append(words[0])
            if words[1:2] == ["-m"]:
                modules.append(words[2])
    assert [it for it in programs if not (checkout.folder / it).exists()] == []
    assert [it for it in modules if not find_spec(it)] == []
    assert programs or command == "make bench"


def test_files_of_the_commands_exist() -> None:
    """The events that a command names are there."""
    for command in COMMANDS:
        for word in command.text.split():
            name = word.removeprefix("EVENT=")
            assert name == word or Path(name).is_file(), command
