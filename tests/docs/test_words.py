"""Documents, docstrings and messages use plain words and current names."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
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
# Inversions and metaphors that cost a second reading, in code.
IN_CODE = {
    r"(is|are|was|were|be|needs|than|holds) none(?! of)": "does not, has no",
    r"(?<!there )(is|are|was|were) no (?!longer|more|need|closer|smaller)\w+": "is not",
    r"whatever": "any",
    r"whoever": "the name of the person or part",
    r"so many (seconds|bytes|times|pixels)": "a number of",
    r"(comes?|came|becomes?|became) of": "the result of",
    r"all the same": "still",
    r"at hand": "available, in memory",
    r"in \w+ stead|in the place of": "instead of",
    r"(can|could|may|to) be had": "is available",
    r"meanwhile": "in parallel, in the meantime",
    r"(nothing|nobody|none|all|everything) but|but for": "only, except",
    r"knows? no": "does not have, does not know",
    r"stands?(?! for| still)": "is",
    r"go(es)? by": "use",
    r"takes? down": "note",
    r"lends?": "yield",
    r"(comes?|came) to (light|nothing)": "is found, is lost",
    r"mends?": "repair",
    r"outlives?": "run longer than",
    r"foreseen|foresaw": "expected",
}
FOLDERS = ("src", "ops", "tools", "bench")
# A changelog names what was renamed or removed, too.
TEXTS = [path for path in PAGES if path.name != "CHANGELOG.md"]
CODE = [
    path for it in (*FOLDERS, "tests") for path in sorted((ROOT / it).rglob("*.py"))
]
FILES = [
    *TEXTS,
    ROOT / "template.yaml",
    ROOT / "tools" / "release.md",
    *(path for it in (*FOLDERS, "local") for path in sorted((ROOT / it).rglob("*.py"))),
]


def join_words(words: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern that finds any of these expressions, as whole words."""
    found = "|".join(rf"(?<![\w`-])({it})(?![\w-])" for it in words)
    return re.compile(found, re.IGNORECASE)


PATTERN = join_words(INSTEAD)
PATTERN_IN_CODE = join_words(IN_CODE)


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


def read_code(path: Path) -> Iterator[str]:
    """Yield the docstrings and comments of a file of code, and its messages."""
    text = path.read_text()
    yield " ".join(read_comments(text))
    if ROOT / "tests" not in path.parents:
        yield from read_texts(path)
        return
    # Other texts of a test quote events, pages and files.
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield ast.get_docstring(node) or ""


def read_comments(text: str) -> Iterator[str]:
    """Yield the comments of a text of code; a full stop ends each block of lines."""
    last = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            if token.start[0] != last + 1:
                yield "."
            last = token.start[0]
            yield token.string.strip("# ")


def find_words(texts: Iterable[str], pattern: re.Pattern[str] = PATTERN) -> list[str]:
    """Return the unwanted words, each with the text around it."""
    plain = (" ".join(text.split()) for text in texts)
    return [
        text[max(0, found.start() - 30) : found.end() + 30]
        for text in plain
        for found in pattern.finditer(text)
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_words_are_plain(path: Path) -> None:
    """No page, docstring or message uses an idiom or an old name of the list."""
    assert find_words(read_texts(path)) == []


@pytest.mark.parametrize(
    "path", sorted(CODE), ids=lambda path: str(path.relative_to(ROOT))
)
def test_words_of_code_are_plain(path: Path) -> None:
    """No docstring, comment or message of code inverts a sentence of the list."""
    assert find_words(read_code(path), PATTERN_IN_CODE) == []


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


@pytest.mark.parametrize(
    "text",
    [
        "Return the id, empty if\nthe result is none",
        "Waits for so many seconds",
        "It is no picture.",
        "Whatever it raises",
    ],
)
def test_inversions_are_found(text: str) -> None:
    """The list for code finds its expressions, also over the end of a line."""
    assert len(find_words([text], PATTERN_IN_CODE)) == 1


def test_comments_are_read_over_lines() -> None:
    """An expression is found in a comment of several lines, not across two comments."""
    text = "# A wait of so\n# many seconds\n\nx = 1  # so\n\n# many seconds\n"

    assert len(find_words([" ".join(read_comments(text))], PATTERN_IN_CODE)) == 1


@pytest.mark.parametrize("text", ["there is no picture", "is no longer", "none of"])
def test_plain_negations_are_allowed(text: str) -> None:
    """The list for code does not find the usual negations."""
    assert find_words([text], PATTERN_IN_CODE) == []


@pytest.mark.parametrize("text", ["This is the picture.", "within-step", "awakes"])
def test_parts_of_words_are_no_words(text: str) -> None:
    """A longer word that contains an unwanted one is allowed."""
    assert find_words(iter([text])) == []
