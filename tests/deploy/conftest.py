"""Shared by the tests of the deployment: a translation and a build take seconds."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from local.sam import package
from tests.deploy import sam
from tests.deploy.builds import build_for_host
from tests.deploy.translation import translate
from tools.libraries import Package

BUILT = {"arm64": "built", "x86_64": "built_for_x86_64"}  # machines and fixtures
NO_INDEX = ("Retrying (", "No matching distribution")  # messages of pip


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
    return build_for_host(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="session", params=BUILT)
def built_package(request: pytest.FixtureRequest) -> Package:
    """Return the package for each machine."""
    return Package(build_or_skip(request, BUILT[request.param]).parent / "Function")


@pytest.fixture(scope="session")
def own_package(request: pytest.FixtureRequest) -> Package:
    """Return the package for the Python and the machine of this test."""
    return Package(build_or_skip(request, "host_package"))


@pytest.fixture
def package_copy(built_package: Package, tmp_path: Path) -> Package:
    """Return a copy of the package; files may be added and removed, not rewritten."""
    shutil.copytree(built_package.folder, tmp_path / "copy", copy_function=os.link)
    return Package(tmp_path / "copy")


def build_or_skip(request: pytest.FixtureRequest, fixture: str) -> Path:
    """Return what a fixture builds; skip the test if no package index is reachable."""
    try:
        path: Path = request.getfixturevalue(fixture)
    except package.BuildFailed as error:
        if not all(text in str(error) for text in NO_INDEX):
            raise
        pytest.skip("the package cannot be built: no package index can be reached")
    return path
