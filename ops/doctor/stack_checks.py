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
from ops.doctor.function_queue import queue_arn
from ops.doctor.hook_check import HookCheck
from ops.doctor.queue_checks import QueueChecks
from ops.doctor.resync_check import check_resync
from ops.doctor.role_checks import RoleCheck
from ops.doctor.trigger_checks import check_trigger
from settings import Settings


@dataclass
class StackChecks:
    """
    Looks at what is deployed.

    Args:
        aws: Clients of AWS.

        stack: The stack.

        settings: The function's.

        now: Seconds since the epoch.
    """

    NEEDS: ClassVar[Mapping[str, tuple[str, ...]]] = MappingProxyType(
        {
            "function": ("stack",),
            "trigger": ("stack", "settings"),
            "role": ("stack", "settings"),
            "encryption": ("stack", "settings"),
            "retries": ("stack",),
            "bulk": ("stack",),
            "resync": ("stack",),
            "hook": ("stack",),
            "dead-letters": ("stack",),
        }
    )

    aws: AWS
    stack: Stack
    settings: Settings
    now: float

    def look(self, name: str) -> Check:
        """Look at one thing, by the name of its check."""
        looks = {
            "function": self._function,
            "trigger": lambda: check_trigger(self.aws, self.stack, self.settings),
            "role": self._role,
            "encryption": lambda: check_encryption(self.aws, self.settings, self.stack),
            "retries": self._queues.check_retries,
            "bulk": self._queues.check_bulk,
            "resync": lambda: check_resync(self.aws, self.stack),
            "hook": HookCheck(self.aws, self.stack, self.now).look,
            "dead-letters": self._queues.check_dead_letters,
        }
        return looks[name]()

    @cached_property
    def _queues(self) -> QueueChecks:
        """The part that checks the queues."""
        return QueueChecks(self.aws, self.stack)

    def _role(self) -> Check:
        """Tell whether the function's role may do its work."""
        outputs = ("RetryQueueUrl", "BulkQueueUrl")
        arns = [queue_arn(self.stack, it) for it in outputs if it in self.stack.outputs]
        return RoleCheck(self.aws, self.stack, self.settings, arns).look()

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
