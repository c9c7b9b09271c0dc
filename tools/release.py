"""Make the archives of a release from a clean git tree: `make release`."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from local.paths import ROOT
from local.sam.package import BuildFailed, build
from tools import sbom
from tools.floors import read_floors
from tools.libraries import Package, find_problems
from version import NAME, VERSION

MACHINES = ("arm64", "x86_64")
PACKAGES = {"Function": "function.zip", "HookFunction": "hook-function.zip"}
README = ROOT / "tools" / "release.md"
# These pages are about the code, for which a reader needs a clone.
LEFT_OUT = ("docs/develop.md", "docs/performance.md")
PACKED = ("docs", "licenses", "src")  # folders of which all files are packed
UNIX, MODE = 3, 0o100644  # in a zip: the system, and the mode of each file


class ReleaseRefused(Exception):
    """Raised when no release can be made; the message is one sentence."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """
    A release.

    Args:
        notes: The section of its version in CHANGELOG.md, without the heading.

        time: The time of its commit, which all files in the archives get.
    """

    notes: str
    time: datetime


def main() -> int:
    """Make the archives, print where they are, and return the exit status."""
    folder = ROOT / "build" / "release"
    try:
        release = read_release(ROOT)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        archives = [make_archive(release, machine, folder) for machine in MACHINES]
    except (ReleaseRefused, BuildFailed) as error:
        print(error)
        return 1
    contents = {path.name: path.read_bytes() for path in archives}
    (folder / "SHA256SUMS").write_text(list_checksums(contents))
    (folder / "notes.md").write_text(release.notes)
    for path in archives:
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1e6:.1f} MB")
    return 0


def read_release(root: Path) -> Release:
    """
    Read the release that a git tree is.

    Raises:
        ReleaseRefused: A file is not committed, or git does not show whether it is, or
            the changelog has no section for the version.
    """
    for name in _list_uncommitted(root):
        message = f"A release needs a clean git tree; not committed: {name}"
        raise ReleaseRefused(message)
    for name in _list_hidden(root):
        message = f"A release needs a clean git tree; git hides changes of {name}"
        raise ReleaseRefused(message)
    seconds = int(_git(root, "show", "--no-patch", "--format=%ct", "HEAD"))
    notes = cut_notes((root / "CHANGELOG.md").read_text(), VERSION)
    return Release(notes=notes, time=datetime.fromtimestamp(seconds, UTC))


def cut_notes(changelog: str, version: str) -> str:
    """
    Return the notes of a version.

    Raises:
        ReleaseRefused: The changelog has no section for it, or an empty one.
    """
    heading = rf"^## {re.escape(version)} - \d{{4}}-\d\d-\d\d\n(.*?)(?=^## |\Z)"
    found = re.search(heading, changelog, re.MULTILINE | re.DOTALL)
    if not (found and found[1].strip()):
        message = f"CHANGELOG.md has no notes under '## {version} - YEAR-MONTH-DAY'"
        raise ReleaseRefused(message)
    return found[1].strip() + "\n"


def make_archive(release: Release, machine: str, folder: Path) -> Path:
    """
    Build the packages for a machine, and write the archive with them.

    Returns:
        The archive.

    Raises:
        BuildFailed: A package cannot be built.

        ReleaseRefused: A library in a package is too old, or may not be passed on.
    """
    with tempfile.TemporaryDirectory() as built:
        template = build(Path(built) / "sam", machine)
        return write_archive(release, machine, template, folder)


def write_archive(release: Release, machine: str, template: Path, folder: Path) -> Path:
    """
    Write the archive of what `make build` has built.

    It is a zip, as the packages in it must be: one writer is enough, and each system
    opens it.

    Args:
        release: The release.

        machine: `arm64` or `x86_64`.

        template: The built template, which has the packages beside it.

        folder: Where to put the archive.

    Returns:
        The archive.

    Raises:
        ReleaseRefused: A library in a package is too old, or may not be passed on.
    """
    name = f"{NAME}-{VERSION}-{machine}"
    with tempfile.TemporaryDirectory() as scratch:
        files = dict(_read_own_files(machine))
        files |= {"RELEASE_NOTES.md": release.notes.encode()}
        files["template.yaml"] = name_packages(template.read_text()).encode()
        files["sbom.cdx.json"] = _make_sbom(release, machine, template.parent)
        for resource, file in PACKAGES.items():
            package = Path(scratch) / file
            write_zip(package, read_folder(template.parent / resource), release.time)
            files[file] = package.read_bytes()
    files["SHA256SUMS"] = list_checksums(files).encode()
    archive = folder / f"{name}.zip"
    write_zip(archive, {f"{name}/{it}": files[it] for it in files}, release.time)
    return archive


def name_packages(template: str) -> str:
    """Return a built template in which each function's code is the zip beside it."""
    for resource, file in PACKAGES.items():
        before, after = f"CodeUri: {resource}\n", f"CodeUri: {file}\n"
        if template.count(before) != 1:
            message = f"The built template does not name the folder {resource} once"
            raise ReleaseRefused(message)
        template = template.replace(before, after)
    return template


def read_folder(folder: Path) -> dict[str, bytes]:
    """Return the files in a folder, by their paths from there."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def write_zip(target: Path, files: Mapping[str, bytes], time: datetime) -> None:
    """
    Write files into a zip; the same files and time give the same bytes.

    Order, times and modes do not depend on the machine. The compressed bytes do on its
    zlib: another one may write the same content in another way.

    Args:
        target: The zip.

        files: Contents by path.

        time: The time of each file.
    """
    with ZipFile(target, "w") as archive:
        for name in sorted(files):
            entry = ZipInfo(name, time.astimezone(UTC).timetuple()[:6])
            entry.create_system, entry.external_attr = UNIX, MODE << 16
            archive.writestr(entry, files[name], ZIP_DEFLATED)


def list_checksums(files: Mapping[str, bytes]) -> str:
    """Return what `sha256sum --check` reads."""
    lines = (f"{sha256(files[it]).hexdigest()}  {it}\n" for it in sorted(files))
    return "".join(lines)


def _read_own_files(machine: str) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the repository that go into the archive, by path."""
    text = README.read_text().replace("VERSION", VERSION).replace("MACHINE", machine)
    yield "README.md", text.encode()
    names = ["LICENSE", "SECURITY.md", "samconfig.toml"]
    for folder in ("docs", "licenses"):
        names += [f"{folder}/{it}" for it in read_folder(ROOT / folder)]
    for name in set(names) - set(LEFT_OUT):
        yield name, (ROOT / name).read_bytes()


def _make_sbom(release: Release, machine: str, built: Path) -> bytes:
    """Return the SBOM of the function's package, in which nothing may be wrong."""
    package, floors = Package(built / "Function"), read_floors()
    problems = find_problems(package, floors)
    if problems:
        message = f"The package for {machine}: {problems[0]}"
        raise ReleaseRefused(message)
    return f"{sbom.render(package, floors, machine, release.time)}\n".encode()


def _list_uncommitted(root: Path) -> Iterator[str]:
    """Yield changed files, and new ones, ignored ones too where they are packed."""
    status = _git(root, "status", "--porcelain", "--untracked-files=all")
    yield from (line[3:] for line in status.splitlines())
    others = _git(root, "ls-files", "--others", "--", *PACKED)
    yield from (it for it in others.splitlines() if "__pycache__" not in it)


def _list_hidden(root: Path) -> Iterator[str]:
    """Yield files with a flag of `git update-index` that hides their changes."""
    for line in _git(root, "ls-files", "-v").splitlines():
        tag, _, name = line.partition(" ")
        if tag == "S" or tag.islower():
            yield name


def _git(root: Path, *arguments: str) -> str:
    """Return what a git command prints."""
    done = subprocess.run(  # noqa: S603 - arguments of our own
        ["git", *arguments],  # noqa: S607 - the user's git
        cwd=root,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        message = f"git {arguments[0]} failed: {done.stderr.strip()}"
        raise ReleaseRefused(message)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
