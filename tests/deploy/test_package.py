"""What `sam build` puts into the function, whatever Python builds it."""

from __future__ import annotations

import re
import struct
import sys
from pathlib import Path

import pytest
import yaml

from tests.deploy.sam import ROOT

AARCH64 = 183  # e_machine of ELF's header; 62 would be x86-64
LIMIT = 60_000_000  # bytes, unpacked; Lambda itself takes four times as much
PYTHON_TAG = re.compile(r"\.(cpython-313-aarch64-linux-gnu|abi3)\.so$")


@pytest.fixture(scope="session")
def folder(built: Path) -> Path:
    """Return the package."""
    return built.parent / "Function"


def machine(library: Path) -> int:
    """Return which machine a library is for."""
    header = library.read_bytes()[:20]
    assert header[:4] == b"\x7fELF"
    return int(struct.unpack_from("<H", header, 18)[0])


def name_of(requirement: str) -> str:
    """Return a distribution's name in its one spelling."""
    return re.split(r"[=;\s-]", requirement.replace("_", "-"), maxsplit=1)[0].lower()


def test_package_has_all_of_src(folder: Path) -> None:
    """Every module of the function is at its place, and nothing else of ours."""
    modules = {path.relative_to(ROOT / "src") for path in (ROOT / "src").rglob("*.py")}

    ours = {
        path.relative_to(folder)
        for top in {module.parts[0] for module in modules}
        for path in (
            [folder / top] if top.endswith(".py") else (folder / top).rglob("*")
        )
        if path.is_file()
    }

    assert Path("handler.py") in ours
    assert ours == modules


def test_package_has_the_locked_distributions(folder: Path) -> None:
    """Exactly what requirements.txt names is there: none missing, none for tests."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    locked = {
        line.split(" ")[0].replace("==", "-").replace("_", "-").lower()
        for line in lines
        if "==" in line and not line.startswith((" ", "#"))
    }

    installed = {
        path.stem.replace("_", "-").lower() for path in folder.glob("*.dist-info")
    }

    assert installed == locked
    assert (folder / "PIL" / "Image.py").is_file()


def test_package_is_for_the_functions_machine(folder: Path) -> None:
    """Every library is for arm64, every extension module for Python 3.13."""
    libraries = [path for path in folder.rglob("*.so*") if path.is_file()]
    modules = [path for path in libraries if ".libs" not in path.parent.name]

    assert len(libraries) > 20
    assert {path for path in libraries if machine(path) != AARCH64} == set()
    assert {path for path in modules if not PYTHON_TAG.search(path.name)} == set()


@pytest.mark.parametrize("name", ["__pycache__", "tests", "bin"])
def test_package_has_no_ballast(folder: Path, name: str) -> None:
    """Caches, tests and programs stay out."""
    assert list(folder.rglob(name)) == []


def test_package_fits(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unpacked it keeps to its budget."""
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())

    with capsys.disabled():
        sys.stdout.write(f" (package: {size / 1e6:.1f} MB unpacked) ")
    assert size <= LIMIT


def test_built_template_admits_only_the_built_machine(built: Path) -> None:
    """A function of another machine than the package's cannot be deployed."""
    parameter = yaml.safe_load(built.read_text())["Parameters"]["Architecture"]

    assert parameter["AllowedValues"] == ["arm64"]
    assert parameter["Default"] == "arm64"
