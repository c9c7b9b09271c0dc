"""The workflows: code of others never runs where a role or a right to write is."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Any

import pytest
import yaml

from tests.deploy.sam import ROOT
from version import VERSION

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
RELEASE = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text())
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


def test_release_is_built_without_rights() -> None:
    """The job that runs code of others can neither write nor read a secret."""
    build = RELEASE["jobs"]["build"]
    run = [step["run"] for step in build["steps"] if "run" in step]

    assert build["permissions"] == {"contents": "read"}
    assert "secrets." not in str(build)
    assert "github.token" not in str(build)
    assert run[-1] == "make release"


def test_release_is_published_without_code_of_the_repository() -> None:
    """The job that may write takes the artifact, checks it, and only uploads it."""
    publish = RELEASE["jobs"]["publish"]
    used = [it["uses"].partition("@")[0] for it in publish["steps"] if "uses" in it]
    run = "\n".join(step["run"] for step in publish["steps"] if "run" in step)

    assert publish["needs"] == "build"
    assert publish["permissions"] == {
        "contents": "write",
        "id-token": "write",
        "attestations": "write",
    }
    assert used == ["actions/download-artifact", "actions/attest"]
    assert not re.search(r"\b(make|pip|npm|python3?)\b", run)
    assert run.startswith("sha256sum --check SHA256SUMS")
    assert "--notes-file notes.md ./*.zip SHA256SUMS" in re.sub(r"\\\n\s*", "", run)


@pytest.mark.parametrize(
    ("tag", "status"),
    [(f"v{VERSION}", 0), ("v0.0.1", 1), (VERSION, 1), (f"v{VERSION}-rc.1", 1)],
)
def test_release_needs_the_tag_of_the_version(tag: str, status: int) -> None:
    """Another tag ends the workflow before it builds, with a message."""
    steps = RELEASE["jobs"]["build"]["steps"]
    (check,) = [step["run"] for step in steps if "GITHUB_REF_NAME" in str(step)]

    done = subprocess.run(  # noqa: S603 - of the workflow
        ["/bin/sh", "-ec", check],
        cwd=ROOT,
        env=os.environ | {"GITHUB_REF_NAME": tag},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert done.returncode == status
    assert ("::error::" in done.stdout) == bool(status)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_jobs_get_only_the_rights_that_they_name(path: Any) -> None:
    """A job without permissions of its own has none."""
    workflow = yaml.safe_load(path.read_text())

    assert workflow["permissions"] == {}
    assert all(job["permissions"] for job in workflow["jobs"].values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned(path: Any) -> None:
    """A tag can be moved, a commit cannot."""
    used = re.findall(r"uses: (\S+)", path.read_text())

    assert used
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", it) for it in used)
