"""The linters accept the template, as written and as CloudFormation gets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import ManualArgs, lint

from tests.deploy import sam
from tests.deploy.translation import (
    REGION,
    Conditions,
    pairwise_choices,
    resolve,
    translate,
)

CHOICES = pairwise_choices(translate(sam.TEMPLATE.read_text()))
# A template whose conditions are decided says less of its parameters.
DECIDED = ["W2001", "W1030", "W1033"]


def findings(text: str, ignored: list[str] | None = None) -> list[str]:
    """Return what cfn-lint and the serverless rules find."""
    config = ManualArgs(
        regions=[REGION],
        append_rules=["cfn_lint_serverless.rules"],
        ignore_checks=[*skipped_by_the_template(), *(ignored or [])],
    )
    return [f"{match.rule.id} {match.message}" for match in lint(text, config=config)]


def skipped_by_the_template() -> list[str]:
    """Return the rules that the template sets aside, each with its reason there."""
    metadata = translate(sam.TEMPLATE.read_text())["Metadata"]
    skipped: list[str] = metadata["cfn-lint"]["config"]["ignore_checks"]
    return skipped


def test_sam_finds_nothing_in_the_template() -> None:
    """`sam validate --lint` is content."""
    result = sam.run("sam", "validate", "--lint")

    assert result.returncode == 0, result.stdout + result.stderr


def test_cfn_lint_finds_nothing_in_the_template() -> None:
    """Nor do cfn-lint and the serverless rules, in the template as written."""
    assert findings(sam.TEMPLATE.read_text()) == []


def test_cfn_lint_finds_nothing_in_the_translation(template: dict[str, Any]) -> None:
    """The translated template has no mistake either, such as a circle of resources."""
    assert findings(json.dumps(template)) == []


@pytest.mark.parametrize(
    "choice",
    CHOICES,
    ids=["+".join(n for n, on in choice.items() if on) or "-" for choice in CHOICES],
)
def test_cfn_lint_finds_nothing_in_any_pair(
    template: dict[str, Any], choice: Conditions
) -> None:
    """Nor wherever two conditions meet, on or off."""
    assert findings(json.dumps(resolve(template, choice)), DECIDED) == []


def test_checkov_finds_nothing(template: dict[str, Any], tmp_path: Path) -> None:
    """Each check passes in both, or the template argues why it is skipped."""
    translated = tmp_path / "template.json"
    translated.write_text(json.dumps(template))

    result = sam.run(
        "checkov",
        *("--framework", "cloudformation", "--skip-download", "--output", "json"),
        *("--file", sam.TEMPLATE, translated),
        venv=".venv-checkov",
    )

    report = json.loads(result.stdout)["results"]
    files = {Path(check["file_path"]).name for check in report["passed_checks"]}
    assert files == {sam.TEMPLATE.name, translated.name}
    assert [check["check_id"] for check in report["failed_checks"]] == []
    assert all(
        len(check["check_result"]["suppress_comment"].split()) > 5
        for check in report["skipped_checks"]
    )
