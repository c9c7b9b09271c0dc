"""What happens without a command to a user who is not in sync, and what helps."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ops.deployment import Deployment
from outcome import Outcome

RETRIES = 86_400  # seconds for which a failed event is tried again


@dataclass(frozen=True)
class Outlook:
    """
    Predicts what happens to a user without a command.

    Args:
        deployment: Settings and connections.

        log: The function's lines about the user, oldest first.

        now: Seconds since the epoch.
    """

    deployment: Deployment
    log: Sequence[dict[str, Any]]
    now: float

    @property
    def retry(self) -> str:
        """The retry queue's next step after a failure, if there was one."""
        if not self.log or self.log[-1]["outcome"] != Outcome.FAILED:
            return ""
        last = self.log[-1]
        if self.now - last["timestamp"].timestamp() > RETRIES:
            return ""
        return (
            f"The last try failed ({last['reason']}); it is repeated every 15 minutes "
            "for a day."
        )

    @property
    def repair(self) -> str:
        """The resync's next step for a difference."""
        if self.deployment.stack is None:
            return "The next resync does it, if the stack has a schedule."
        schedule = self.deployment.stack.parameters.get("ResyncSchedule", "")
        if not schedule:
            return "Nothing does it by itself: ResyncSchedule is empty."
        return f"The next resync does it: {schedule}, in UTC."

    def command(self, *words: str) -> str:
        """Return a command for the same stack."""
        command = shlex.join(("ops", *words))
        stack = self.deployment.stack
        if stack is None:
            return command
        return f"{command} --stack {stack.name} --region {stack.region}"
