"""The stack of template.yaml on this machine."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.aws.package import host_architecture, pack
from local.aws.services import LocalAWS
from local.aws.template import DIFFERENCES, TEMPLATE, Difference, adapt

PACKAGES = "packages-example"  # the bucket that the code is deployed from
CODE = "function.zip"
TIMEOUT = 60.0  # seconds that a deployment may take
CAPABILITIES: Any = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]


class StackFailed(Exception):
    """Raised when a stack cannot be deployed; the message says what failed, and why."""


@dataclass
class Stack:
    """A stack, which may not be deployed yet."""

    aws: LocalAWS
    name: str
    differences: tuple[Difference, ...] = DIFFERENCES
    parameters: dict[str, str] = field(default_factory=dict)

    def deploy(self, parameters: Mapping[str, str], *, text: str | None = None) -> None:
        """
        Create or update the stack, by template.yaml or another text of a template.

        The parameters are those that differ from the last deployment, or the defaults.

        Raises:
            StackFailed: CloudFormation does not take it, or could not make it.
        """
        content = adapt(text or TEMPLATE.read_text(), self.differences)
        _upload_package(self.aws)
        for resource in content["Resources"].values():
            if resource["Type"] == "AWS::Serverless::Function":
                resource["Properties"]["CodeUri"] = {"Bucket": PACKAGES, "Key": CODE}
        known = {"Architecture": host_architecture(), **self.parameters, **parameters}
        self._submit(json.dumps(content), known)
        self.parameters = known

    @property
    def status(self) -> str:
        """CloudFormation's word for how it is; empty if there is no such stack."""
        try:
            found = self.aws.cloudformation.describe_stacks(StackName=self.name)
        except ClientError:
            return ""
        return found["Stacks"][0]["StackStatus"]

    @property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs."""
        found = self.aws.cloudformation.describe_stacks(StackName=self.name)
        outputs = found["Stacks"][0].get("Outputs", [])
        return {it["OutputKey"]: it["OutputValue"] for it in outputs}

    @property
    def variables(self) -> dict[str, str]:
        """The function's variables."""
        found = self.aws.functions.get_function_configuration(
            FunctionName=self.outputs["FunctionName"]
        )
        return dict(found["Environment"]["Variables"])

    def _submit(self, template: str, parameters: Mapping[str, str]) -> None:
        """Hand a template to CloudFormation, and wait for the end."""
        cloudformation = self.aws.cloudformation
        exists = self.status not in ("", "DELETE_COMPLETE")
        submit = cloudformation.update_stack if exists else cloudformation.create_stack
        try:
            submit(
                StackName=self.name,
                TemplateBody=template,
                Capabilities=CAPABILITIES,
                Parameters=[
                    {"ParameterKey": name, "ParameterValue": value}
                    for name, value in parameters.items()
                ],
            )
        except ClientError as error:
            raise StackFailed(error.response["Error"]["Message"]) from error
        end = time.monotonic() + TIMEOUT
        while self.status.endswith("IN_PROGRESS") and time.monotonic() < end:
            time.sleep(0.05)
        if self.status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            raise StackFailed(self._describe_failure())

    def _describe_failure(self) -> str:
        """Return which resources failed, and why."""
        events = self.aws.cloudformation.describe_stack_events(StackName=self.name)
        failures = [
            f"{it['LogicalResourceId']}: {it.get('ResourceStatusReason', '')}"
            for it in events["StackEvents"]
            if it["ResourceStatus"].endswith("FAILED")
        ]
        return f"{self.name} is {self.status}: {'; '.join(failures)}"


def _upload_package(aws: LocalAWS) -> None:
    """Put the function's package where CloudFormation finds it."""
    names = [it["Name"] for it in aws.s3.list_buckets()["Buckets"]]
    if PACKAGES not in names:
        aws.s3.create_bucket(Bucket=PACKAGES)
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / CODE
        pack(package)
        aws.s3.put_object(Bucket=PACKAGES, Key=CODE, Body=package.read_bytes())
