"""Is the function woken, may it do its work, and is anything left behind?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import ClassVar

from ops.aws import AWS
from ops.deployment import Stack
from ops.doctor.bucket_checks import check_encryption
from ops.doctor.check import Check, fine, wrong
from ops.doctor.queue_checks import QueueChecks
from ops.doctor.role_checks import RoleCheck
from ops.doctor.trigger_checks import check_trigger
from settings import Settings

OBJECT_ACTIONS = [
    "s3:GetObject",
    "s3:GetObjectTagging",
    "s3:PutObjectTagging",
    "s3:GetObjectVersionTagging",
    "s3:PutObjectVersionTagging",
]


@dataclass
class StackChecks:
    """
    Looks at what is deployed.

    Args:
        aws: Clients of AWS.

        stack: The stack.

        settings: The function's.
    """

    NEEDS: ClassVar[Mapping[str, tuple[str, ...]]] = MappingProxyType(
        {
            "function": ("stack",),
            "trigger": ("stack", "settings"),
            "role": ("stack", "settings"),
            "encryption": ("stack", "settings"),
            "retries": ("stack",),
            "dead-letters": ("stack",),
        }
    )

    aws: AWS
    stack: Stack
    settings: Settings

    def look(self, name: str) -> Check:
        """Look at one thing, by the name of its check."""
        looks = {
            "function": self._function,
            "trigger": lambda: check_trigger(self.aws, self.stack, self.settings),
            "role": lambda: RoleCheck(
                self.aws,
                self.stack,
                self.settings,
                self._queues.retry_queue["QueueArn"],
            ).look(),
            "encryption": lambda: check_encryption(self.aws, self.settings, self.stack),
            "retries": self._queues.check_retries,
            "dead-letters": self._queues.check_dead_letters,
        }
        return looks[name]()

    @cached_property
    def _queues(self) -> QueueChecks:
        """What looks at the queues."""
        return QueueChecks(self.aws, self.stack)

    def _function(self) -> Check:
        """Tell whether the function can be invoked at all."""
        name = self.stack.function_name
        state = self.stack.function.get("State", "Active")
        if state not in ("Active", "Inactive"):
            reason = self.stack.function.get("StateReasonCode", "")
            finding = f"{name} is {state} {reason}".rstrip()
            remedy = (
                f"See why: aws lambda get-function-configuration --function-name {name}"
            )
            return wrong("function", finding, remedy)
        found = self.aws.function.get_function_concurrency(FunctionName=name)
        if found.get("ReservedConcurrentExecutions") == 0:
            finding = f"{name} is switched off: its reserved concurrency is 0"
            remedy = f"aws lambda delete-function-concurrency --function-name {name}"
            return wrong("function", finding, remedy)
        return fine("function", f"{name} can be invoked")
