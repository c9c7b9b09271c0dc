"""The workflow that deploys: code of others never runs where the role is."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.deploy.sam import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
DEPLOY = (ROOT / ".github" / "workflows" / "deploy.yml").read_text()


@pytest.fixture(scope="module")
def jobs() -> dict[str, Any]:
    """Return the jobs of the workflow by their names."""
    found: dict[str, Any] = yaml.safe_load(DEPLOY)["jobs"]
    return found


def test_build_is_given_nothing_to_steal(jobs: dict[str, Any]) -> None:
    """It may check out, and has no role, no secret and no environment."""
    build = jobs["build"]

    assert build["permissions"] == {"contents": "read"}
    assert "environment" not in build
    assert "secrets." not in str(build)
    assert "vars." not in str(build)


def test_deployment_runs_no_code_of_the_repository(jobs: dict[str, Any]) -> None:
    """The job with the role takes the artifact, and installs and builds nothing."""
    deploy = jobs["deploy"]
    used = [
        step["uses"].partition("@")[0] for step in deploy["steps"] if "uses" in step
    ]
    run = "\n".join(step.get("run", "") for step in deploy["steps"])

    assert deploy["needs"] == "build"
    assert deploy["permissions"] == {"id-token": "write"}
    assert used == [
        "actions/download-artifact",
        "aws-actions/configure-aws-credentials",
    ]
    assert not re.search(r"\b(make|pip|npm|python3?)\b", run)
    assert "--template-file .aws-sam/build/template.yaml" in run


def test_parameters_that_need_an_answer_are_given(
    jobs: dict[str, Any], template: dict[str, Any]
) -> None:
    """A parameter without a default would stop the deployment."""
    run = jobs["deploy"]["steps"][-1]["run"]

    needed = {n for n, it in template["Parameters"].items() if "Default" not in it}

    assert set(re.findall(r'"(\w+)=\$\w+"', run)) == needed


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned(path: Any) -> None:
    """A tag can be moved, a commit cannot."""
    used = re.findall(r"uses: (\S+)", path.read_text())

    assert used
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", it) for it in used)
