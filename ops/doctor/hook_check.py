"""Do Authgear's reports of changed users arrive?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from hook.aws import WebhookKey
from hook.receiver import HookFailed, Verdict
from ops.aws import AWS, read_object
from ops.deployment import Stack
from ops.doctor.check import Check, State, fine, unknown, warning, wrong
from ops.doctor.function_queue import queue_arn
from ops.doctor.role_checks import Need, find_denial, need_key
from ops.problem import AWS_ERRORS, code_of, describe, is_denied, remedy_for

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import FunctionConfigurationResponseTypeDef

DAY = 86_400  # seconds
MOST_LINES = 1000
ERRORS = (Verdict.SECRET_UNREADABLE, Verdict.QUEUE_UNAVAILABLE)
# A function gets another URL each time that one is made.
ANEW = (
    "Deploy with HookSecretArn empty, then with the secret's ARN again, and enter the "
    "new output HookUrl in Authgear (docs/hook.md)."
)


@dataclass
class HookCheck:
    """
    Looks at the hook function.

    Args:
        aws: Clients of AWS.

        stack: The stack.

        now: Seconds since the epoch.
    """

    aws: AWS
    stack: Stack
    now: float

    def look(self) -> Check:
        """Follow a report from the address to the retry queue."""
        if not self._secret_id:
            return fine("hook", "there is no hook function: HookSecretArn is empty")
        looks = (self._address, self._role, self._secret, self._log)
        found = [check for look in looks if (check := look())]
        is_wrong = [check for check in found if check.state is State.WRONG]
        url = self.stack.output("HookUrl")
        return (is_wrong or found or [fine("hook", f"Authgear reports to {url}")])[0]

    @property
    def _secret_id(self) -> str:
        """The ARN of the webhook key's secret, empty if there is no hook function."""
        return self.stack.parameters.get("HookSecretArn", "")

    @cached_property
    def _function(self) -> FunctionConfigurationResponseTypeDef:
        """The hook function's configuration."""
        name = self.stack.find_resource(self.aws, "HookFunction")
        return self.aws.function.get_function_configuration(FunctionName=name)

    def _address(self) -> Check | None:
        """Look at the URL."""
        told, name = self.stack.output("HookUrl"), self._function["FunctionName"]
        try:
            found = self.aws.function.get_function_url_config(FunctionName=name)
        except ClientError as error:
            if code_of(error) != "ResourceNotFoundException":
                raise
            return wrong(
                "hook", f"{name} has no URL: reports of Authgear are lost", ANEW
            )
        if found["FunctionUrl"] != told:
            finding = f"the URL is {found['FunctionUrl']}, the output HookUrl is {told}"
            return wrong("hook", finding, ANEW)
        if found["AuthType"] != "NONE":
            finding = (
                f"the URL of {name} asks for a signature of IAM: none gets through"
            )
            remedy = (
                f"aws lambda update-function-url-config --function-name {name} "
                "--auth-type NONE"
            )
            return wrong("hook", finding, remedy)
        return None

    def _role(self) -> Check | None:
        """Ask IAM about the hook function's own role."""
        return find_denial(self.aws, self._function["Role"], self._needed(), "hook")

    def _needed(self) -> Iterator[Need]:
        """Return what the role needs."""
        yield ["secretsmanager:GetSecretValue"], self._secret_id, {}
        yield ["sqs:SendMessage"], queue_arn(self.stack, "RetryQueueUrl"), {}
        yield from need_key(self.stack, "SecretKmsKeyArn", "secretsmanager")

    def _secret(self) -> Check | None:
        """Read the webhook key as the function does, but with the operator's rights."""
        try:
            WebhookKey(self.aws.secrets, self._secret_id).read()
        except HookFailed as error:
            return self._judge(error.__cause__)
        return None

    def _judge(self, cause: BaseException | None) -> Check:
        """Return the check of a webhook key that cannot be read."""
        if not isinstance(cause, AWS_ERRORS):
            finding = "the secret of HookSecretArn holds no webhook key as plain text"
            remedy = (
                f"aws secretsmanager put-secret-value --secret-id {self._secret_id} "
                "--secret-string file://webhook-key.txt"
            )
            return wrong("hook", finding, remedy)
        if not isinstance(cause, ClientError) or is_denied(cause):
            return unknown("hook", describe(cause), remedy_for(cause))
        remedies = {
            "ResourceNotFoundException": (
                "Make the secret as docs/hook.md says, and set HookSecretArn."
            ),
            "InvalidRequestException": (
                "If it is to be deleted: aws secretsmanager restore-secret --secret-id "
                f"{self._secret_id}"
            ),
        }
        remedy = remedies.get(code_of(cause), "")
        finding = f"the webhook key cannot be read: {describe(cause)}"
        if not remedy:
            return unknown("hook", finding, remedy_for(cause))
        return wrong("hook", finding, remedy)

    def _log(self) -> Check | None:
        """Count the reports of the last day that were lost."""
        verdicts = self._read(*ERRORS, Verdict.WRONG_SIGNATURE)
        lost = {it.code: verdicts[it.code] for it in ERRORS if verdicts[it.code]}
        remedy = f"aws logs tail {self._log_group} --since 1d"
        if lost:
            told = ", ".join(f"{count} {code}" for code, count in lost.items())
            finding = f"reports were lost in the last day: {told}"
            return warning("hook", finding, remedy)
        if verdicts and not self._read(Verdict.QUEUED):
            finding = (
                "every report of the last day had a wrong signature: does the secret "
                "of HookSecretArn hold Authgear's webhook key?"
            )
            return warning("hook", finding, remedy)
        return None

    @property
    def _log_group(self) -> str:
        """Where the hook function's log is."""
        default = f"/aws/lambda/{self._function['FunctionName']}"
        return self._function.get("LoggingConfig", {}).get("LogGroup", default)

    def _read(self, *verdicts: Verdict) -> Counter[str]:
        """Return how many reports of the last day had each of some verdicts."""
        pages = self.aws.logs.get_paginator("filter_log_events").paginate(
            logGroupName=self._log_group,
            startTime=int((self.now - DAY) * 1000),
            filterPattern=" ".join(f'?"{it.code}"' for it in verdicts),
            PaginationConfig={"MaxItems": MOST_LINES},
        )
        lines = [
            it.get("message", "") for page in pages for it in page.get("events", [])
        ]
        found = Counter(map(_verdict_of, lines))
        return Counter({it.code: found[it.code] for it in verdicts if found[it.code]})


def _verdict_of(line: str) -> str:
    """Return the verdict of a line of the log, empty if absent."""
    return str(read_object(line).get("verdict", ""))
