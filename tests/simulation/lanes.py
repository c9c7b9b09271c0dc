"""The numbers of the lanes, read from the template that deploys them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

TEMPLATE = Path(__file__).resolve().parents[2] / "template.yaml"


@dataclass(frozen=True, kw_only=True)
class Lanes:
    """
    The numbers of both lanes; times in seconds.

    Args:
        timeout: What one invocation may take.

        memory: Megabytes of the function.

        retries: How often Lambda invokes again before the retry queue.

        oldest: The age at which an event goes on to the retry queue, tried or not.

        visibility: Between two tries of the retry queue.

        receives: How often the retry queue tries before the dead-letter queue.

        retention: How long the retry queue keeps a message.

        concurrency: How many invocations the retry queue has at once.
    """

    timeout: int
    memory: int
    retries: int
    oldest: int
    visibility: int
    receives: int
    retention: int
    concurrency: int

    @classmethod
    def from_template(cls) -> Lanes:
        """Read them from where they are deployed."""
        template = yaml.load(TEMPLATE.read_text(), Loader=_Loader)  # noqa: S506 - a safe one
        resources = template["Resources"]
        function = resources["Function"]["Properties"]
        queue = resources["RetryQueue"]["Properties"]
        retry = function["Events"]["Retry"]["Properties"]
        return cls(
            timeout=function["Timeout"],
            memory=template["Parameters"]["MemorySize"]["Default"],
            retries=function["EventInvokeConfig"]["MaximumRetryAttempts"],
            oldest=function["EventInvokeConfig"]["MaximumEventAgeInSeconds"],
            visibility=queue["VisibilityTimeout"],
            receives=queue["RedrivePolicy"]["maxReceiveCount"],
            retention=queue["MessageRetentionPeriod"],
            concurrency=retry["ScalingConfig"]["MaximumConcurrency"],
        )


@dataclass(frozen=True, kw_only=True)
class BulkNumbers:
    """The template's numbers of the bulk queue; times in seconds."""

    batch: int
    window: int
    workers: int
    visibility: int
    receives: int
    per_minute: int

    @classmethod
    def from_template(cls) -> BulkNumbers:
        """Read them from where they are deployed."""
        template = yaml.load(TEMPLATE.read_text(), Loader=_Loader)  # noqa: S506 - a safe one
        resources = template["Resources"]
        queue = resources["BulkQueue"]["Properties"]
        bulk = resources["Function"]["Properties"]["Events"]["Bulk"]["Properties"]
        return cls(
            batch=bulk["BatchSize"],
            window=bulk["MaximumBatchingWindowInSeconds"],
            workers=bulk["ScalingConfig"]["MaximumConcurrency"],
            visibility=queue["VisibilityTimeout"],
            receives=queue["RedrivePolicy"]["maxReceiveCount"],
            per_minute=template["Parameters"]["BulkRequestsPerMinute"]["Default"],
        )


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as if they were not there."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: None)
