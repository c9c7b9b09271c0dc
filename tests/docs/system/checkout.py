"""Terminals: in any folder, and in a clean copy of the checkout."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from local.aws import LocalAWS
from local.loopback import HOST
from local.paths import PICTURES, ROOT
from tests.deploy.sam import NOWHERE

VENVS = (".venv", ".venv-ministack", ".venv-sam")
TIME = 120.0  # seconds that a command may take
PASSED_ON = ("HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "TMPDIR")


@dataclass
class Terminal:
    """
    Runs commands in a folder as somebody types them, with SAM on the path.

    Args:
        folder: Where commands are run.

        environment: Variables that commands get, beside a few of this process's own.

        values: The values for the words in capitals that stand for the reader's own.
    """

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)

    def fill_in(self, command: str) -> str:
        """Return a command with the reader's own words in it."""
        for word, value in self.values.items():
            command = re.sub(rf"\b{word}\b", value, command)
        return command

    @contextmanager
    def start(self, command: str) -> Iterator[subprocess.Popen[str]]:
        """Run a command in a shell, in a group of its own, until the block ends."""
        programs = ROOT / ".venv-sam" / "bin"
        environment = {n: os.environ[n] for n in PASSED_ON if n in os.environ}
        environment["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
        with subprocess.Popen(  # noqa: S603 - from this project's own documents
            ["/bin/sh", "-ec", self.fill_in(command)],
            cwd=self.folder,
            env=environment | dict(self.environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            start_new_session=True,
        ) as process:
            try:
                yield process
            finally:
                # A command that a test has given up on must not continue.
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)

    def run(self, command: str, typed: str = "") -> str:
        """
        Run a command to its end, which must be a good one.

        Args:
            command: As in a document.

            typed: The answers to its questions.

        Returns:
            Its output.
        """
        with self.start(command) as process:
            output, _ = process.communicate(typed, TIME)
        assert process.returncode == 0, f"{self.fill_in(command)}\n{output}"
        return output


@dataclass
class Checkout(Terminal):
    """A copy of what git knows, with the virtual environments of the original."""

    def __post_init__(self) -> None:
        """Make the folder, and fill it."""
        folder = self.folder
        self.files = list(_known_to_git())
        for name in self.files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
        for file in folder.glob("requirements*.txt"):
            # The packages are installed already: an older file makes `make` see that.
            os.utime(file, (0, 0))
        for name in VENVS:
            (folder / name).symlink_to(ROOT / name)
        for name in ("me.jpg", "picture.jpg"):
            shutil.copy(PICTURES / "rocket.jpg", folder / name)

    def run_with_failing_read(self, command: str, call: str, read: str) -> int:
        """
        Run a command in which a call of the AWS CLI fails; return the exit status.

        Args:
            command: As in a document.

            call: The beginning of the call's name, such as `get-bucket-cors`.

            read: The shell commands that replace the call.
        """
        shims = self.folder / "failing"
        shims.mkdir(exist_ok=True)
        (shims / "aws").write_text(
            "#!/bin/sh\n"
            f'case "$*" in *{call}*) {read} ;; esac\n'
            f'exec {self.folder}/.venv-sam/bin/aws "$@"\n'
        )
        (shims / "aws").chmod(0o755)
        with self.start(f'PATH="{shims}:$PATH"\n{command}') as process:
            process.communicate("", 60)
        return process.returncode

    def contents(self) -> dict[str, bytes]:
        """Return the files that git knows."""
        return {name: (self.folder / name).read_bytes() for name in self.files}


def environment_of(aws: LocalAWS) -> dict[str, str]:
    """Return the variables with which commands find MiniStack, and nothing else."""
    return aws.environment() | {
        "HTTPS_PROXY": NOWHERE,
        "NO_PROXY": f"{HOST},localhost",
        "SAM_CLI_POLL_DELAY": "0.1",  # seconds
        "SAM_CLI_TELEMETRY": "0",
    }


def _known_to_git() -> Iterator[str]:
    """Yield the files of the checkout that are there, new ones too."""
    # The checkout may be somebody else's, of whom git is wary otherwise.
    git = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    command = [*git, "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(  # noqa: S603 - of our own
        command, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8", check=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            yield name
