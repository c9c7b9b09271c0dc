"""What the tests of the deployment share: a translation and a build take seconds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local.sam import package
from tests.deploy import sam


@pytest.fixture(scope="session")
def translated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with the template as CloudFormation gets it."""
    script = Path(__file__).with_name("translate.py")
    result = sam.run("python", script, sam.TEMPLATE)
    assert result.returncode == 0, result.stderr
    path = tmp_path_factory.mktemp("translated") / "template.json"
    path.write_text(result.stdout)
    return path


@pytest.fixture(scope="session")
def template(translated: Path) -> dict[str, Any]:
    """Return the template as CloudFormation gets it."""
    content: dict[str, Any] = json.loads(translated.read_text())
    return content


@pytest.fixture(scope="session")
def resources(template: dict[str, Any]) -> dict[str, Any]:
    """Return the properties of each resource, by its name."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
    }


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the template that `make build` wrote, with the package beside it."""
    return package.build(tmp_path_factory.mktemp("build") / "sam", "arm64")


@pytest.fixture(scope="session")
def host_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a package for the Python and the machine of this test."""
    return package.build_for_host(tmp_path_factory.mktemp("package"))
