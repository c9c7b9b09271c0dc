"""The function's package for this machine, made of what is installed here."""

from __future__ import annotations

import platform
import re
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from local.paths import ROOT

# What the function calls, as in the Makefile: botocore knows 400 services.
SERVICES = ("rekognition", "s3", "secretsmanager", "sqs", "sts")
PINNED = re.compile(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==", re.MULTILINE)


def host_architecture() -> str:
    """Return this machine's name among Lambda's two."""
    return "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"


def pack(target: Path) -> None:
    """
    Write a zip file for this Python on this machine, without asking the network.

    It holds what `make build` puts into the deployed one: the code, and the packages of
    requirements.txt.
    """
    with zipfile.ZipFile(target, "w") as archive:
        for name in PINNED.findall((ROOT / "requirements.txt").read_text()):
            for path, place in _installed(name):
                archive.write(path, place)
        for path in sorted((ROOT / "src").rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, path.relative_to(ROOT / "src"))


def _installed(name: str) -> Iterator[tuple[Path, str]]:
    """Yield the files of an installed package, and their places in the archive."""
    try:
        files = distribution(name).files or []
    except PackageNotFoundError:
        return  # one that only other platforms or Pythons need
    for file in files:
        path = Path(str(file.locate()))
        is_outside = ".." in file.parts or file.suffix == ".pyc"
        if not is_outside and not _is_other_service(file.parts) and path.is_file():
            yield path, str(file)


def _is_other_service(parts: tuple[str, ...]) -> bool:
    """Tell whether a file describes a service that the function does not call."""
    is_service = parts[:2] == ("botocore", "data") and len(parts) > 3
    return is_service and parts[2] not in SERVICES
