"""The target of a command: a deployed stack, or the environment's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from authgear import AdminAPI
from factory import authorize, build_focus_finder, connect
from ops.aws import AWS
from ops.problem import USAGE, Problem, code_of
from ops.session import Session
from pictures.profile_picture import FindFocus
from settings import Settings
from storage.bucket import Bucket

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import FunctionConfigurationResponseTypeDef


@dataclass(frozen=True, kw_only=True)
class Stack:
    """
    A deployed stack.

    Args:
        name: Its name.

        parameters: Those of its last deployment.

        outputs: CloudFormation's, such as `FunctionName`.

        function: The function's configuration as Lambda has it now.

        status: CloudFormation's, such as `UPDATE_COMPLETE`.
    """

    name: str
    status: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    function: FunctionConfigurationResponseTypeDef

    @classmethod
    def read(cls, aws: AWS, name: str) -> Stack:
        """
        Ask CloudFormation and Lambda.

        Raises:
            Problem: There is no such stack, or it is not one of this product.
        """
        try:
            found = aws.cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            if code_of(error) != "ValidationError":
                raise
            remedy = (
                "Check --stack, --region and --profile; samconfig.toml has the name."
            )
            what = f"There is no stack {name} in {aws.session.region_name}."
            raise Problem(what, remedy, status=USAGE) from None
        outputs = {
            it["OutputKey"]: it["OutputValue"] for it in found.get("Outputs", [])
        }
        if "FunctionName" not in outputs:
            what = f"The stack {name} has no output FunctionName."
            raise Problem(what, "Is it the right stack, and deployed to its end?")
        return cls(
            name=name,
            status=found.get("StackStatus", "in an unknown state"),
            parameters={
                it["ParameterKey"]: it["ParameterValue"]
                for it in found.get("Parameters", [])
            },
            outputs=outputs,
            function=aws.function.get_function_configuration(
                FunctionName=outputs["FunctionName"]
            ),
        )

    @property
    def environment(self) -> Mapping[str, str]:
        """The function's variables."""
        return self.function.get("Environment", {}).get("Variables", {})

    @property
    def function_name(self) -> str:
        """The function's name."""
        return self.outputs["FunctionName"]

    @property
    def function_arn(self) -> str:
        """The function's ARN."""
        return self.function["FunctionArn"]

    @property
    def account(self) -> str:
        """The account's number."""
        return self.function_arn.split(":")[4]

    def describe(self) -> str:
        """Name what is about to be changed, also if the settings are wrong."""
        given = self.environment
        return (
            f"Stack:    {self.name}, account {self.account}, region {self.region}\n"
            f"Bucket:   {given.get('BUCKET_NAME')}\n"
            f"Authgear: {given.get('AUTHGEAR_APP_ID')} at "
            f"{given.get('AUTHGEAR_ENDPOINT')}"
        )

    @property
    def place(self) -> dict[str, str]:
        """Stack, account and region, for a program that reads them."""
        return {"stack": self.name, "account": self.account, "region": self.region}

    @property
    def region(self) -> str:
        """The region."""
        return self.function_arn.split(":")[3]

    @property
    def partition(self) -> str:
        """The partition: `aws`, except in China and for governments."""
        return self.function_arn.split(":")[1]

    @property
    def log_group(self) -> str:
        """Where the function's log is."""
        default = f"/aws/lambda/{self.function_name}"
        return self.function.get("LoggingConfig", {}).get("LogGroup", default)

    def output(self, name: str) -> str:
        """
        Return an output.

        Raises:
            Problem: The stack has none of this name.
        """
        if not self.outputs.get(name):
            what = f"The stack {self.name} has no output {name}."
            raise Problem(what, "Deploy the present template; docs/deploy.md says how.")
        return self.outputs[name]

    def find_resource(self, aws: AWS, logical_id: str) -> str:
        """
        Return the name that CloudFormation gave to a resource of the template.

        It knows the name of a resource that was deleted by hand, too.
        """
        answer = aws.cloudformation.describe_stack_resource(
            StackName=self.name, LogicalResourceId=logical_id
        )
        return answer["StackResourceDetail"].get("PhysicalResourceId", "")


@dataclass(frozen=True)
class Deployment:
    """
    Settings, and the clients made from them.

    Args:
        aws: Clients of AWS.

        settings: As the function has them.

        stack: Where it is deployed, if a stack was named.
    """

    aws: AWS
    settings: Settings
    stack: Stack | None

    @classmethod
    def find(cls, session: Session, stack_name: str) -> Deployment:
        """
        Read a stack's settings, or the environment's.

        Raises:
            SettingsError: They are missing or wrong.
        """
        if not stack_name:
            return cls(session.aws, Settings.from_env(session.environment), None)
        stack = Stack.read(session.aws, stack_name)
        return cls(session.aws, Settings.from_env(stack.environment), stack)

    @cached_property
    def bucket(self) -> Bucket:
        """The bucket of pictures."""
        return Bucket(self.aws.s3, self.settings.bucket_name)

    def describe(self) -> str:
        """Name what a command is about to change: stack, account, bucket, endpoint."""
        if self.stack:
            return self.stack.describe()
        return (
            "Stack:    none, the settings are those of the environment\n"
            f"Bucket:   {self.settings.bucket_name}\n"
            f"Authgear: {self.settings.authgear_app_id} at "
            f"{self.settings.authgear_endpoint}"
        )

    @cached_property
    def admin_api(self) -> AdminAPI:
        """Authgear."""
        tokens = authorize(self.settings, self.aws.secrets)
        return AdminAPI(connect(self.settings), tokens)

    @property
    def find_focus(self) -> FindFocus | None:
        """The face finder with the operator's credentials, if the settings want it."""
        return build_focus_finder(self.settings, lambda: self.aws.rekognition)
