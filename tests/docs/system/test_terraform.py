"""What the page on Terraform and CDK shows, as far as it can be run here."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local.aws.package import host_architecture
from local.aws.stack import CAPABILITIES, Stack
from local.paths import ROOT
from tests.deploy.sam import TEMPLATE
from tests.deploy.translation import translate
from tests.docs.commands import COMMANDS
from tests.docs.system import test_sam
from tests.docs.system.conftest import Account
from tests.docs.system.test_sam import ANSWERS

PAGE = (ROOT / "docs" / "terraform.md").read_text()
STACK = "authgear-profile-pictures"
PACKAGES = "terraform-example"
built = test_sam.built  # a fixture
# checkov brings the parser along.
PYTHON = ROOT / ".venv-checkov" / "bin" / "python"
PARSE = "import hcl2, json, sys; print(json.dumps(hcl2.load(sys.stdin)))"


def read_block(language: str) -> str:
    """Return the page's block of a language."""
    (block,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(block)


@pytest.fixture(scope="module")
def terraform() -> dict[str, Any]:
    """Return the attributes of the stack in the page's Terraform file."""
    parsed = json.loads(
        subprocess.run(  # noqa: S603 - our own environment
            [PYTHON, "-c", PARSE],
            input=read_block("hcl"),
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout
    )
    (stack,) = [
        named["profile_pictures"]
        for resource in parsed["resource"]
        for kind, named in resource.items()
        if kind == "aws_cloudformation_stack"
    ]
    # The parser adds the numbers of the lines.
    return {name: value[0] for name, value in stack.items() if name[:2] != "__"}


def test_stack_of_terraform_is_created(
    built: Account, terraform: dict[str, Any]
) -> None:
    """CloudFormation takes the uploaded template, as Terraform hands it over."""
    built.aws.s3.create_bucket(Bucket=PACKAGES)
    for command in COMMANDS:
        if command.page == "terraform.md" and command.program in ("aws", "sam"):
            built.checkout.run(command.text.replace("YOUR_PACKAGES", PACKAGES))
    name = Path(terraform["template_url"]).name
    parameters = ANSWERS | {"Architecture": host_architecture()}

    built.aws.cloudformation.create_stack(
        StackName=terraform["name"],
        TemplateURL=f"{built.aws.endpoint}/{PACKAGES}/{name}",
        Capabilities=terraform["capabilities"],
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value}
            for key, value in parameters.items()
        ],
    )

    built.aws.cloudformation.get_waiter("stack_create_complete").wait(
        StackName=STACK, WaiterConfig={"Delay": 1}
    )
    # MiniStack does not ask for them.
    assert set(terraform["capabilities"]) == set(CAPABILITIES)
    assert "FunctionName" in Stack(built.aws, STACK).outputs


def test_parameters_are_those_without_a_default(terraform: dict[str, Any]) -> None:
    """Both programs give the four values that have no default, and no others."""
    parameters = translate(TEMPLATE.read_text())["Parameters"]
    needed = {name for name, it in parameters.items() if "Default" not in it}

    assert set(terraform["parameters"]) == needed
    assert read_cdk() == needed


def test_cdk_names_the_same_template() -> None:
    """The address is the one of the Terraform file."""
    addresses = re.findall(r'template_url *= *"(.+)"', PAGE)

    assert len(addresses) == 2
    assert len(set(addresses)) == 1


def read_cdk() -> set[str]:
    """Return the parameters that the page's CDK program gives the stack."""
    calls = [
        node
        for node in ast.walk(ast.parse(read_block("python")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "cdk.CfnStack"
    ]
    (given,) = [it.value for it in calls[0].keywords if it.arg == "parameters"]
    return set(ast.literal_eval(given))
