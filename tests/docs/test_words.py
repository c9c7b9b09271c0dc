"""Documents, docstrings and messages use plain words and current names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.paths import ROOT
from tests.docs.commands import PAGES

# Idioms and old terms, as regular expressions, each with the words to use instead.
INSTEAD = {
    r"he|him|his": "they, them, their",
    r"stumbl\w+": "fail, simulate a failure",
    r"passed over|passes over": "skip",
    r"told of|tells of": "report, say about",
    r"lies (in|there)": "is in",
    r"wakes?": "invoke",
    r"anew": "again",
    r"means? harm": "is hostile",
    r"for ever": "forever",
    r"in vain": "without success",
    r"what bec(omes|ame) of": "the result of",
    r"something became of": "it handled",
    r"go(es)? round": "try again, the next attempt",
    r"(fast|slow) lane": "direct invocation, retry queue, bulk queue",
    r"BackfillRole|S3 Batch Operations|--local|--job": "the bulk queue",
    r"VERIFY_UPDATE|VerifyUpdate|(?-i:REMEMBER)|recall_ms|remember_ms": "removed",
    r"BUCKET_NAMES": "BUCKET_NAME",
    r"in-step|in step": "in-sync, in sync",
    r"SlowLaneAlarm": "RetryQueueAlarm",
}
PATTERN = re.compile(
    "|".join(rf"(?<![\w`-])({words})(?![\w-])" for words in INSTEAD), re.IGNORECASE
)
FOLDERS = ("src", "ops", "local", "tools", "bench")
# A changelog names what was renamed or removed, too.
TEXTS = [path for path in PAGES if path.name != "CHANGELOG.md"]
FILES = [
    *TEXTS,
    ROOT / "template.yaml",
    ROOT / "tools" / "release.md",
    *(path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))),
]


def read_texts(path: Path) -> Iterator[str]:
    """Yield a page's text, or the docstrings and messages of a file of code."""
    if path.suffix != ".py":
        yield path.read_text()
        return
    for node in ast.walk(ast.parse(path.read_text())):
        # A text without a space is a name or a key, not a sentence.
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(value, str) and " " in value:
            yield value


def find_words(texts: Iterator[str]) -> list[str]:
    """Return the unwanted words, each with the text around it."""
    plain = (" ".join(text.split()) for text in texts)
    return [
        text[max(0, found.start() - 30) : found.end() + 30]
        for text in plain
        for found in PATTERN.finditer(text)
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_words_are_plain(path: Path) -> None:
    """No page, docstring or message uses an idiom or an old name of the list."""
    assert find_words(read_texts(path)) == []


@pytest.mark.parametrize(
    "text",
    [
        "The user keeps his picture.",
        "A file that may\nmean harm",
        "one that is told of",
    ],
)
def test_unwanted_words_are_found(text: str) -> None:
    """The list finds words within a sentence, also over the end of a line."""
    assert len(find_words(iter([text]))) == 1


@pytest.mark.parametrize("text", ["This is the picture.", "within-step", "awakes"])
def test_parts_of_words_are_no_words(text: str) -> None:
    """A longer word that contains an unwanted one is allowed."""
    assert find_words(iter([text])) == []
