"""Every command that the documents show, with its page."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.paths import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
INDENTED = re.compile(r"^\n((?:^ {4,}\S.*\n?|^\n(?= {4}))+)", re.M)
# A fenced block of any of these languages is not a command; `make` and `sh` are.
NO_COMMANDS = ("hcl", "html", "json", "mermaid", "python", "text", "yaml")
# Between backticks in a sentence, these words begin a command.
PROGRAMS = (
    *("aws", "cp", "curl", "docker", "git", "make", "npm", "ops", "pip", "pytest"),
    *("python", "python3", "rm", "sam", ".venv-sam/bin/sam", ".venv/bin/python"),
)


@dataclass(frozen=True)
class Command:
    """
    A command of a document.

    Args:
        page: The document's name.

        text: The command, without a comment behind it; its lines as they are.
    """

    page: str
    text: str

    @property
    def program(self) -> str:
        """The program's name."""
        return self.text.split()[0].rpartition("/")[2]

    def __str__(self) -> str:
        """Return what a test is called by."""
        return f"{self.page}: {' '.join(self.text.split())[:70]}"


def blocks(text: str) -> Iterator[str]:
    """Yield the blocks of code of a page, fenced or indented, except data."""
    for fence in FENCED.finditer(text):
        if fence[1] not in NO_COMMANDS:
            yield fence[2]
    for block in INDENTED.finditer(FENCED.sub("", text)):
        lines = block[1].rstrip("\n").split("\n")
        margin = min(len(line) - len(line.lstrip()) for line in lines if line)
        yield "\n".join(line[margin:] for line in lines)


def split(block: str) -> Iterator[str]:
    """Yield the commands of a block: lines, with those that continue them."""
    command = ""
    for line in block.splitlines():
        command += line
        if is_whole(command):
            if shlex.split(command, comments=True):
                yield re.sub(r"\s+#.*", "", command)
            command = ""
        else:
            command += "\n"
    assert not command, command


def is_whole(command: str) -> bool:
    """Tell whether a shell would not wait for another line."""
    try:
        shlex.split(command, comments=True)
    except ValueError:
        return False
    return not command.rstrip(" ").endswith(("\\", "&&"))


def spoken(text: str) -> Iterator[str]:
    """Yield the commands between backticks within sentences."""
    for span in re.findall(r"`([^`]+)`", INDENTED.sub("", FENCED.sub("", text))):
        words = span.split()
        # A program alone is only spoken of.
        if words[0] in PROGRAMS and words[1:]:
            yield " ".join(words)


def read_commands(page: Path) -> list[Command]:
    """Return all commands of a page, in their order, each once."""
    text = page.read_text()
    shown = [command for block in blocks(text) for command in split(block)]
    found = dict.fromkeys([*shown, *spoken(text)])
    return [Command(page.name, command) for command in found]


COMMANDS = [command for page in PAGES for command in read_commands(page)]
