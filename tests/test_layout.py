"""The layout of `src/`: imports go one way, and folders stay small."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from local.paths import ROOT
from tools.diagram import read_imports, read_place

SRC = ROOT / "src"

# Each package or module of `src/` imports only those after it; those in one line do not
# import each other.
FLOORS = (
    ("handler", "hook"),
    ("factory",),
    ("function",),
    ("run_records",),
    ("resync",),
    ("triggers", "sync"),
    ("settings",),
    ("storage", "pictures"),
    ("authgear",),
    ("hard_timeout", "outcome", "version"),
)
LEVEL = {name: level for level, names in enumerate(FLOORS) for name in names}

CARD = {"boto3", "requests", "PIL", "aws_lambda_powertools"}
DISTRIBUTIONS = {"boto3", "requests", "pillow", "aws-lambda-powertools"}


FILES = sorted(SRC.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SRC)))
def test_imports_go_down(path: Path) -> None:
    """No file imports from a floor above its own, or from a neighbour on its floor."""
    place = read_place(path, SRC)
    inside = (read_imports(path) & LEVEL.keys()) - {place}

    assert all(LEVEL[name] > LEVEL[place] for name in inside)


def test_every_place_has_a_floor() -> None:
    """No package or module of `src/` is left out."""
    assert {read_place(path, SRC) for path in FILES} == LEVEL.keys()


def test_folders_stay_small() -> None:
    """No folder of `src/` has more entries than a reader can keep in mind."""
    folders = [SRC, *(path for path in SRC.rglob("*") if path.is_dir())]
    for folder in folders:
        names = {p.name for p in folder.iterdir() if p.suffix == ".py" or p.is_dir()}
        assert len(names - {"__pycache__"}) <= 15, folder


def test_packages_of_the_product() -> None:
    """The four packages that the product is built on are imported and locked."""
    imported: set[str] = set().union(*map(read_imports, FILES))
    locked = (ROOT / "requirements.txt").read_text()

    assert imported >= CARD
    assert set(re.findall(r"^([a-z0-9-]+)==", locked, re.MULTILINE)) >= DISTRIBUTIONS
