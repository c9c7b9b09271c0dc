"""Every `git` of the documents, on a repository with two versions."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.docs.commands import COMMANDS

SHOWN = {c.text for c in COMMANDS if c.program == "git"}
CLONE = "git clone REPOSITORY profile-pictures && cd profile-pictures"
PULL, BACK, FORWARD = "git pull", "git checkout VERSION", "git checkout main"


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """Return a repository with the first version."""
    folder = tmp_path / "origin"
    folder.mkdir()
    run("git init --quiet --initial-branch=main", folder)
    release(folder, "1")
    return folder


def run(command: str, folder: Path) -> str:
    """Run a command in a shell; return where it ended and what it printed."""
    identity = "-c user.name=Ada -c user.email=ada@example.com"
    command = command.replace("git commit", f"git {identity} commit")
    return subprocess.run(  # noqa: S603 - from this project's own documents
        ["/bin/sh", "-ec", f"{command}\npwd"],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout


def release(folder: Path, version: str) -> None:
    """Commit a version, and tag it."""
    (folder / "version").write_text(version)
    run(f"git add . && git commit --quiet -m {version} && git tag v{version}", folder)


def test_every_git_is_run() -> None:
    """Each command of a page is run below."""
    assert {CLONE, PULL, BACK, FORWARD} == SHOWN


def test_clone_ends_in_the_folder(origin: Path, tmp_path: Path) -> None:
    """The next command of the README finds the files."""
    output = run(CLONE.replace("REPOSITORY", str(origin)), tmp_path)

    assert output.split() == [str(tmp_path / "profile-pictures")]
    assert (tmp_path / "profile-pictures" / "version").read_text() == "1"


def test_new_version_comes_and_the_previous_one_comes_back(
    origin: Path, tmp_path: Path
) -> None:
    """The settings in samconfig.toml stay, though git knows the file."""
    (origin / "samconfig.toml").write_text("[default]\n")
    release(origin, "2")
    run(CLONE.replace("REPOSITORY", str(origin)), tmp_path)
    clone = tmp_path / "profile-pictures"
    (clone / "samconfig.toml").write_text("[default]\n# answers\n")
    release(origin, "3")

    run(PULL, clone)
    pulled = (clone / "version").read_text()
    run(BACK.replace("VERSION", "v2"), clone)
    previous = (clone / "version").read_text()
    run(FORWARD, clone)

    assert (pulled, previous, (clone / "version").read_text()) == ("3", "2", "3")
    assert "answers" in (clone / "samconfig.toml").read_text()
