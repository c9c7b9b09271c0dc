"""What the tests of the deployment share: a translation and a build take seconds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from local.sam import package
from tests.deploy import sam
from tests.deploy.translation import translate


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """Return the template as CloudFormation gets it."""
    return translate(sam.TEMPLATE.read_text())


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
    return package.build(tmp_path_factory.mktemp("arm64") / "sam", "arm64")


@pytest.fixture(scope="session")
def built_for_x86_64(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the template that `make build` wrote for the other machine."""
    return package.build(tmp_path_factory.mktemp("x86_64") / "sam", "x86_64")


@pytest.fixture(scope="session")
def host_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a package for the Python and the machine of this test."""
    return package.build_for_host(tmp_path_factory.mktemp("package"))
