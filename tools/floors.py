"""The floors of the C libraries that the function's package may have."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FLOORS = Path(__file__).with_name("floors.toml")


@dataclass(frozen=True)
class Library:
    """A C library that the package may have; `floors.toml` explains the fields."""

    name: str
    distribution: str
    license: str
    files: tuple[str, ...]
    floor: str
    why: str
    text: str | None = None
    file_name: str | None = None
    sbom: str | None = None

    @property
    def has_version(self) -> bool:
        """Whether a file or an SBOM of the package has the version."""
        return bool(self.text or self.file_name or self.sbom)


@dataclass(frozen=True)
class Floors:
    """
    The content of the floors file.

    Args:
        libraries: The known libraries, by name.

        own: Patterns of binary files that contain no C library.

        not_bundled: Names in the wheels' SBOMs that are not libraries in the package.

        gpl: A text that identifies each library under the GPL, by the library's name.
    """

    libraries: Mapping[str, Library]
    own: tuple[str, ...]
    not_bundled: frozenset[str]
    gpl: Mapping[str, str]


def read_floors(path: Path = FLOORS) -> Floors:
    """Read the floors file."""
    data = tomllib.loads(path.read_text())
    return Floors(
        libraries={
            name: Library(name=name, **{**fields, "files": tuple(fields["files"])})
            for name, fields in data["library"].items()
        },
        own=tuple(data["own"]["files"]),
        not_bundled=frozenset(data["not_bundled"]),
        gpl=data["gpl"],
    )
