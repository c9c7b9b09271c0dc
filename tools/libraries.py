"""Find the C libraries in a built package, and check them against the floors."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch
from functools import cached_property
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import Version

from tools.floors import Floors, Library

LICENSE_TEXTS = {"LGPL-3.0.txt": "GNU LESSER", "GPL-3.0.txt": "GNU GENERAL"}
GPL = re.compile(r"(?<!L)GPL|GNU General Public")  # does not match the LGPL
UNKNOWN = "unknown"


class Package:
    """
    A package that `make build-Function` built, for any machine.

    Args:
        folder: The folder with the unpacked package.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def distributions(self) -> dict[str, Distribution]:
        """Python distributions, by canonical name."""
        found = distributions(path=[str(self.folder)])
        return dict(sorted((canonicalize_name(it.name), it) for it in found))

    @cached_property
    def binaries(self) -> dict[str, bytes]:
        """Contents of the shared libraries and extension modules, by path."""
        contents = (
            (path.relative_to(self.folder).as_posix(), path.read_bytes())
            for path in sorted(self.folder.rglob("*.so*"))
            if path.is_file()
        )
        return {path: data for path, data in contents if data[:4] == b"\x7fELF"}

    @cached_property
    def sbom_components(self) -> dict[str, str]:
        """Versions of the components in the wheels' SBOMs (PEP 770), by name."""
        return {
            component["name"]: component.get("version", "")
            for path in sorted(self.folder.glob("*.dist-info/sboms/*.json"))
            for component in json.loads(path.read_text()).get("components", [])
            if not _is_part_of_python_or_rust(component)
        }

    def files_of(self, library: Library) -> list[str]:
        """Return the paths of the binary files that contain a library."""
        return [path for path in self.binaries if _matches(path, library.files)]

    def versions(self, library: Library) -> set[str]:
        """
        Read a library's version from every source that the floors file names.

        Returns:
            One version if all sources agree; the distribution's version if the floors
            file names no source. `unknown` stands for a source without a version.
        """
        if library.has_version:
            return set(self._read_versions(library))
        owner = self.distributions.get(library.distribution)
        return {owner.version} if owner else set()

    def _read_versions(self, library: Library) -> Iterator[str]:
        """Yield the version in each file and in the SBOM of the wheel."""
        for path in self.files_of(library):
            if library.text:
                found = re.search(library.text.encode(), self.binaries[path])
                yield found[1].decode() if found else UNKNOWN
            if library.file_name:
                name = re.search(library.file_name, path)
                yield name[1] if name else UNKNOWN
        if library.sbom:
            version = self.sbom_components.get(library.sbom, "")
            number = re.match(r"[\d.]+", version)  # Linux adds its own: 1.0.9-3.el8
            yield number[0] if number else UNKNOWN


def find_problems(package: Package, floors: Floors) -> list[str]:
    """Return one sentence for each reason not to release a package."""
    return [
        *_outdated(package, floors),
        *_unknown(package, floors),
        *_under_gpl(package, floors),
        *_without_notice(package, floors),
    ]


def _outdated(package: Package, floors: Floors) -> Iterator[str]:
    """Report libraries below their floors or without a version."""
    for library in floors.libraries.values():
        versions = package.versions(library)
        if not package.files_of(library):
            yield f"{library.name} is in the floors file but not in the package"
        elif len(versions) != 1 or UNKNOWN in versions:
            yield f"{library.name} has no single version: {sorted(versions)}"
        elif Version(*versions) < Version(library.floor):
            yield f"{library.name} {min(versions)} < {library.floor}: {library.why}"


def _unknown(package: Package, floors: Floors) -> Iterator[str]:
    """Report binary files and SBOM components that the floors file does not name."""
    known = [pattern for it in floors.libraries.values() for pattern in it.files]
    for path in package.binaries:
        if not _matches(path, (*known, *floors.own)):
            yield f"{path} is not in the floors file"
    names = {it.sbom for it in floors.libraries.values()} | floors.not_bundled
    for name in package.sbom_components:
        if name not in names:
            yield f"{name}, in the SBOM of a wheel, is not in the floors file"


def _under_gpl(package: Package, floors: Floors) -> Iterator[str]:
    """Report everything under the GPL."""
    for library in floors.libraries.values():
        if GPL.search(library.license):
            yield f"{library.name} is under {library.license}"
    for path, content in package.binaries.items():
        for name, text in floors.gpl.items():
            if text.encode() in content:
                yield f"{path} contains or needs {name}, which is under the GPL"
    for name, distribution in package.distributions.items():
        if GPL.search("\n".join(licenses_of(distribution))):
            yield f"{name} is under the GPL"


def _without_notice(package: Package, floors: Floors) -> Iterator[str]:
    """Report libraries under the LGPL without a notice, and missing licence texts."""
    folder = package.folder / "licenses"
    notice = folder / "NOTICE"
    text = notice.read_text() if notice.is_file() else ""
    for library in floors.libraries.values():
        if "LGPL" in library.license and library.name not in text:
            yield f"{library.name} (LGPL) is not in licenses/NOTICE"
    for name, title in LICENSE_TEXTS.items():
        path = folder / name
        if not (path.is_file() and title in path.read_text()):
            yield f"licenses/{name} is not in the package"


def licenses_of(distribution: Distribution) -> list[str]:
    """Return the licences in a distribution's metadata, one line each."""
    fields = distribution.metadata
    return [
        *(fields.get_all("License-Expression") or []),
        *(text.partition("\n")[0] for text in fields.get_all("License") or []),
        *(it for it in fields.get_all("Classifier") or [] if it.startswith("License")),
    ]


def _matches(path: str, patterns: Iterable[str]) -> bool:
    """Tell whether a path matches one of the patterns."""
    return any(fnmatch(path, pattern) for pattern in patterns)


def _is_part_of_python_or_rust(component: Mapping[str, Any]) -> bool:
    """Tell whether an SBOM component is a Rust crate or a part of Pillow itself."""
    purl = str(component.get("purl"))
    return purl.startswith(("pkg:cargo/", "pkg:pypi/pillow@"))
