"""The SBOM of the package of each machine, and the command that writes it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tools import sbom
from tools.floors import read_floors
from tools.libraries import Package

FLOORS = read_floors()
NOW = datetime(2026, 11, 26, tzinfo=UTC)


def test_sbom_lists_everything(built_package: Package) -> None:
    """The SBOM is valid, and has all distributions and C libraries with versions."""
    text = sbom.render(built_package, FLOORS, "arm64", NOW)

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    purls = {it["purl"] for it in json.loads(text)["components"]}
    [version] = built_package.versions(FLOORS.libraries["libheif"])
    assert f"pkg:generic/libheif@{version}" in purls
    assert "pkg:generic/libyuv" in purls
    assert f"pkg:pypi/pillow@{built_package.distributions['pillow'].version}" in purls
    assert len(purls) == len(FLOORS.libraries) + len(built_package.distributions)


def test_sbom_is_reproducible(built_package: Package) -> None:
    """The same package and time give the same SBOM."""
    texts = {sbom.render(built_package, FLOORS, "arm64", NOW) for _ in range(2)}

    assert len(texts) == 1


def test_audit_command_writes_and_passes(
    built_package: Package, tmp_path: Path
) -> None:
    """The command of `make audit` writes the SBOM and succeeds."""
    target = tmp_path / "sbom" / "arm64.cdx.json"

    assert sbom.main(["arm64", str(built_package.folder), str(target)]) == 0
    assert json.loads(target.read_text())["bomFormat"] == "CycloneDX"


def test_audit_command_fails(
    package_copy: Package, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command fails and names the problem; the SBOM is written anyway."""
    (package_copy.folder / "licenses" / "NOTICE").unlink()
    target = tmp_path / "arm64.cdx.json"

    assert sbom.main(["arm64", str(package_copy.folder), str(target)]) == 1
    assert "libheif (LGPL) is not in licenses/NOTICE" in capsys.readouterr().out
    assert target.is_file()
