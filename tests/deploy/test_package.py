"""The content of the function's package, built by any Python."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.deploy.sam import ROOT

E_MACHINE = {"arm64": 183, "x86_64": 62}  # in ELF's header
LIMIT = 60_000_000  # bytes, unpacked; Lambda itself takes four times as much
PYTHON_TAG = re.compile(r"\.(cpython-314-(aarch64|x86_64)-linux-gnu|abi3)\.so$")
LONGEST_IMPORT = 10.0  # seconds; Lambda's own limit, which counts for its processor
MEASURE = """
import time
start = time.perf_counter()
import handler
print(time.perf_counter() - start)
"""


@pytest.fixture(scope="session", params=E_MACHINE)
def architecture(request: pytest.FixtureRequest) -> str:
    """Return each machine that a package can be for."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def template_file(
    architecture: str, built: Path, request: pytest.FixtureRequest
) -> Path:
    """Return the template that was built for a machine."""
    if architecture == "arm64":
        return built
    path: Path = request.getfixturevalue("built_for_x86_64")
    return path


@pytest.fixture(scope="session")
def folder(template_file: Path) -> Path:
    """Return the package."""
    return template_file.parent / "Function"


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


def test_package_is_for_the_functions_machine(folder: Path, architecture: str) -> None:
    """Every library is for the one machine, every extension module for Python 3.14."""
    libraries = [path for path in folder.rglob("*.so*") if path.is_file()]
    modules = [path for path in libraries if ".libs" not in path.parent.name]

    assert len(libraries) > 20
    wrong = {path for path in libraries if machine(path) != E_MACHINE[architecture]}
    assert wrong == set()
    assert {path for path in modules if not PYTHON_TAG.search(path.name)} == set()


@pytest.mark.parametrize(
    "name", ["__pycache__", "*.pyc", "tests", "bin", ".cache", "pip", "pytest", "moto"]
)
def test_package_has_no_ballast(folder: Path, name: str) -> None:
    """Caches, tests, programs and what only development needs stay out."""
    assert list(folder.rglob(name)) == []


def test_package_is_the_same_in_any_folder(folder: Path) -> None:
    """The checksums of scripts, which hold the path of Python, are not recorded."""
    records = [path.read_text() for path in folder.glob("*.dist-info/RECORD")]
    lines = [line for text in records for line in text.splitlines()]

    assert len(records) > 10
    assert [line for line in lines if line.startswith("..")] == []


def test_package_fits(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unpacked it keeps to its budget."""
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())

    with capsys.disabled():
        sys.stdout.write(f" (package: {size / 1e6:.1f} MB unpacked) ")
    assert size <= LIMIT


@pytest.mark.skipif(sys.platform != "linux", reason="built for Linux")
def test_package_is_imported_in_time(
    host_package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A container starts well before Lambda loses max_wait; boto3 is the package's."""
    environment = {
        "PYTHONPATH": str(host_package),
        "AWS_DEFAULT_REGION": "us-east-1",
        "BUCKET_NAME": "pictures-example",
        "AUTHGEAR_ENDPOINT": "https://example.authgear.cloud",
        "AUTHGEAR_APP_ID": "example",
        "AUTHGEAR_SECRET_ID": "key",
    }

    result = subprocess.run(  # noqa: S603 - a command of our own
        [sys.executable, "-S", "-c", MEASURE],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    seconds = float(result.stdout.splitlines()[-1])  # after the log line of the start
    with capsys.disabled():
        sys.stdout.write(f" (import: {seconds:.2f} s) ")
    assert seconds < LONGEST_IMPORT


def test_built_template_admits_only_the_built_machine(
    template_file: Path, architecture: str
) -> None:
    """A function of another machine than the package's cannot be deployed."""
    parameter = yaml.safe_load(template_file.read_text())["Parameters"]["Architecture"]

    assert parameter["AllowedValues"] == [architecture]
    assert parameter["Default"] == architecture
