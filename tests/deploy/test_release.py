"""What `make release` writes, and when it refuses to."""

from __future__ import annotations

import os
import re
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml

from tests.deploy.conftest import BUILT, build_or_skip
from tests.deploy.sam import ROOT
from tools.libraries import Package
from tools.release import (
    Release,
    ReleaseRefused,
    cut_notes,
    list_checksums,
    read_folder,
    read_release,
    write_archive,
    write_zip,
)
from version import NAME, VERSION

TIME = datetime(2026, 11, 26, 12, 30, 40, tzinfo=UTC)
RELEASE = Release(notes="- A change.\n", time=TIME)
FILES = {"b/c.txt": b"c" * 100, "a.txt": b"a"}


@pytest.fixture(scope="module", params=BUILT)
def machine(request: pytest.FixtureRequest) -> str:
    """Return each machine that a release has an archive for."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def template(machine: str, request: pytest.FixtureRequest) -> Path:
    """Return the template that was built for the machine."""
    return build_or_skip(request, BUILT[machine])


@pytest.fixture(scope="module")
def packed(
    machine: str, template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return the machine's archive."""
    folder = tmp_path_factory.mktemp(f"release-{machine}")
    return write_archive(RELEASE, machine, template, folder)


@pytest.fixture(scope="module")
def archive(packed: Path) -> Path:
    """Return the folder in the machine's archive."""
    with ZipFile(packed) as files:
        files.extractall(packed.parent)
    return packed.with_suffix("")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a git tree with one commit, of a version that the changelog has."""
    (tmp_path / "CHANGELOG.md").write_text(f"## {VERSION} - 2026-11-26\n\n- New.\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    git(tmp_path, *identity, "commit", "--quiet", "--message", "First")
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    """Run git, with a fixed time for commits."""
    subprocess.run(  # noqa: S603 - arguments of our own
        ["git", *arguments],  # noqa: S607 - the user's git
        cwd=folder,
        env=os.environ | {"GIT_COMMITTER_DATE": TIME.isoformat()},
        check=True,
    )


def test_zip_depends_on_contents_and_time_alone(tmp_path: Path) -> None:
    """Neither the order of the files nor the zone of the time changes a byte."""
    other = TIME.astimezone(timezone(timedelta(hours=9)))

    write_zip(tmp_path / "1.zip", FILES, TIME)
    write_zip(tmp_path / "2.zip", dict(reversed(FILES.items())), other)

    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()


def test_zip_has_sorted_compressed_files_that_all_may_read(tmp_path: Path) -> None:
    """Lambda's user must be able to read each file."""
    write_zip(tmp_path / "1.zip", FILES, TIME)

    with ZipFile(tmp_path / "1.zip") as zipped:
        entries = zipped.infolist()
        contents = {it.filename: zipped.read(it) for it in entries}
    assert contents == FILES
    assert [it.filename for it in entries] == ["a.txt", "b/c.txt"]
    assert {it.date_time for it in entries} == {(2026, 11, 26, 12, 30, 40)}
    assert {it.external_attr >> 16 for it in entries} == {0o100644}
    assert entries[1].compress_size < 100


def test_folder_is_read_by_paths_alone(tmp_path: Path) -> None:
    """Times and modes of the files do not count."""
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)

    assert read_folder(tmp_path) == FILES


def test_notes_are_the_section_of_the_version() -> None:
    """They begin after its heading, and end before the next version's."""
    changelog = (
        "# Changelog\n\n## 1.10.0 - 2027-01-01\n\n- Later.\n\n"
        "## 1.1.0 - 2026-12-01\n\n### Added\n\n- New.\n\n"
        "## 1.0.0 - 2026-11-26\n- Old.\n"
    )

    assert cut_notes(changelog, "1.1.0") == "### Added\n\n- New.\n"
    assert cut_notes(changelog, "1.0.0") == "- Old.\n"


@pytest.mark.parametrize(
    "changelog",
    ["## Unreleased\n\n- New.\n", "## 1.1.0 - 2026-12-01\n\n## 1.0.0 - 2026-11-26\n"],
    ids=["no-section", "empty"],
)
def test_release_needs_notes(changelog: str) -> None:
    """A version that the changelog does not describe is not released."""
    with pytest.raises(ReleaseRefused, match=r"no notes under '## 1\.1\.0"):
        cut_notes(changelog, "1.1.0")


def test_changelog_describes_the_version() -> None:
    """So `make release` does not fail at the last moment."""
    assert cut_notes((ROOT / "CHANGELOG.md").read_text(), VERSION)


def test_release_is_read_from_a_clean_tree(tree: Path) -> None:
    """Its time is the commit's."""
    assert read_release(tree) == Release(notes="- New.\n", time=TIME)


@pytest.mark.parametrize("name", ["CHANGELOG.md", "new.py"])
def test_release_refuses_a_dirty_tree(tree: Path, name: str) -> None:
    """A change and a new file are both reported, in one line with the name."""
    (tree / name).write_text("changed")

    with pytest.raises(ReleaseRefused, match="needs a clean git tree") as error:
        read_release(tree)
    assert str(error.value).endswith(f": {name}")
    assert "\n" not in str(error.value)


def test_release_refuses_a_new_file_that_git_does_not_show(tree: Path) -> None:
    """The build copies the file even if git is set to list no new files."""
    git(tree, "config", "status.showUntrackedFiles", "no")
    (tree / "docs").mkdir()
    (tree / "docs" / "new.md").write_text("new")

    with pytest.raises(ReleaseRefused, match=r"not committed: docs/new\.md"):
        read_release(tree)


@pytest.mark.parametrize("folder", ["docs", "licenses", "src"])
def test_release_refuses_an_ignored_file(tree: Path, folder: str) -> None:
    """The archive would have it: whole folders are copied, as with a .env file."""
    (tree / ".git" / "info" / "exclude").write_text(".env\n__pycache__/\n")
    (tree / folder / "a").mkdir(parents=True)
    (tree / folder / "a" / ".env").write_text("KEY=secret")

    with pytest.raises(ReleaseRefused, match=rf"not committed: {folder}/a/\.env"):
        read_release(tree)


def test_release_ignores_files_that_are_not_in_the_archive(tree: Path) -> None:
    """Environments, builds and compiled modules are left out."""
    (tree / ".git" / "info" / "exclude").write_text(".env\n__pycache__/\n")
    (tree / ".env").write_text("KEY=secret")
    (tree / "src" / "__pycache__").mkdir(parents=True)
    (tree / "src" / "__pycache__" / "a.pyc").write_bytes(b"")

    assert read_release(tree).notes == "- New.\n"


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_release_refuses_a_file_whose_changes_git_hides(tree: Path, flag: str) -> None:
    """Such as samconfig.toml with the answers of `sam deploy --guided`."""
    git(tree, "update-index", flag, "CHANGELOG.md")

    with pytest.raises(ReleaseRefused, match=r"git hides changes of CHANGELOG\.md"):
        read_release(tree)


def test_release_refuses_what_is_no_git_tree(tmp_path: Path) -> None:
    """The message is git's own, and no traceback."""
    with pytest.raises(ReleaseRefused, match="not a git repository"):
        read_release(tmp_path)


def test_archive_is_reproducible(
    machine: str, template: Path, packed: Path, tmp_path: Path
) -> None:
    """The same commit and packages give the same bytes, under the same name."""
    again = write_archive(RELEASE, machine, template, tmp_path)

    assert again.name == packed.name == f"{NAME}-{VERSION}-{machine}.zip"
    assert again.read_bytes() == packed.read_bytes()


def test_archive_has_the_built_packages(archive: Path, template: Path) -> None:
    """The template names both zips, and they hold what was built."""
    content = yaml.safe_load((archive / "template.yaml").read_text())

    for resource in ("Function", "HookFunction"):
        file = content["Resources"][resource]["Properties"]["CodeUri"]
        with ZipFile(archive / file) as zipped:
            files = {it: zipped.read(it) for it in zipped.namelist()}
        assert files == read_folder(template.parent / resource)


def test_archive_is_for_one_machine(archive: Path, machine: str) -> None:
    """The template admits no other, and README and SBOM name it."""
    content = yaml.safe_load((archive / "template.yaml").read_text())

    assert content["Parameters"]["Architecture"]["AllowedValues"] == [machine]
    title = (archive / "README.md").read_text().splitlines()[0]
    assert title.endswith(f"version {VERSION}, for {machine}")
    assert f"@{VERSION}?arch={machine}" in (archive / "sbom.cdx.json").read_text()


def test_archive_has_licences_and_notes(archive: Path) -> None:
    """Who passes the archive on needs the texts beside the packages."""
    for name in ("LICENSE", "licenses/NOTICE", "licenses/LGPL-3.0.txt"):
        assert (archive / name).read_bytes() == (ROOT / name).read_bytes()
    assert (archive / "RELEASE_NOTES.md").read_text() == RELEASE.notes


def test_checksums_cover_all_other_files(archive: Path) -> None:
    """Each file but the list itself is in the list."""
    files = read_folder(archive)
    listed = files.pop("SHA256SUMS").decode()

    assert listed == list_checksums(files)
    assert f"{sha256(files['LICENSE']).hexdigest()}  LICENSE\n" in listed


def test_links_and_files_of_the_readme_are_in_the_archive(archive: Path) -> None:
    """A reader without a clone can follow each of them."""
    text = (archive / "README.md").read_text()

    links = re.findall(r"\]\(([^)#]+)", text)
    files = re.findall(r"`([\w./-]+)`", text.partition("## The files")[2])

    assert "docs/existing-bucket.md" in links
    assert "function.zip" in files
    assert [it for it in {*links, *files} if not (archive / it).exists()] == []


def test_release_refuses_a_package_with_a_problem(
    package_copy: Package, built: Path, tmp_path: Path
) -> None:
    """What `make audit` reports about a package prevents a release."""
    (package_copy.folder / "licenses" / "NOTICE").unlink()
    package_copy.folder.rename(tmp_path / "Function")
    (tmp_path / "template.yaml").write_text(built.read_text())

    with pytest.raises(ReleaseRefused, match="is not in licenses/NOTICE"):
        write_archive(RELEASE, "arm64", tmp_path / "template.yaml", tmp_path)
