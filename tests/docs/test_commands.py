"""No command of a document is left out."""

from __future__ import annotations

from pathlib import Path

from tests.docs.commands import COMMANDS, read_commands

# Which tests run a program's commands; each of them has a list of its own to keep.
RUN_BY = {
    "aws": "system/test_aws.py",
    "git": "system/test_git.py",
    "python3": "system/test_aws.py",
    "rm": "system/test_aws.py",
    "make": "system/test_make.py",
    "sam": "system/test_sam.py",
    "ops": "../ops/test_operate.py",
    "python": "../ops/test_operate.py",
    "fields": "../deploy/test_operation.py",
    "filter": "../deploy/test_operation.py",
}


def test_every_program_is_run_somewhere() -> None:
    """Each program that a document runs is listed with the tests that run it."""
    assert {command.program for command in COMMANDS} == set(RUN_BY)
    assert all((Path(__file__).parent / it).exists() for it in RUN_BY.values())


def test_commands_are_found_wherever_they_stand(tmp_path: Path) -> None:
    """Indented, fenced, over several lines, in a list, or in a sentence."""
    page = tmp_path / "page.md"
    page.write_text(
        "# Page\n\nSay `make\nhelp`, not `make`, of `pictures/`.\n\n"
        "    make a    # why\n    aws b \\\n      --c 'd\n    e' &&\n    aws c\n\n"
        "```sh\ngit f\n```\n\n```json\n{}\n```\n\n1. Then:\n\n       sam g\n\n"
        "   and more\n"
    )

    found = [command.text for command in read_commands(page)]

    assert found == [
        "git f",
        "make a",
        "aws b \\\n  --c 'd\ne' &&\naws c",
        "sam g",
        "make help",
    ]
