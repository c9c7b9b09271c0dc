"""Clients of AWS, each made when it is first needed, and the JSON in answers."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

MOST_AT_ONCE = 32  # connections; as many as any command has threads
CONFIG = Config(
    connect_timeout=5,
    read_timeout=30,
    retries={"total_max_attempts": 4, "mode": "standard"},
    max_pool_connections=MOST_AT_ONCE,
)

# One attempt; the function's own timeout is 120 seconds.
PATIENT = CONFIG.merge(Config(read_timeout=150, retries={"total_max_attempts": 1}))


class AWS:
    """
    The services that the commands ask.

    Args:
        session: Credentials and region; made from the other arguments if left out.

        endpoint_url: Where all services are, if not where AWS has them.

        region: The region; `AWS_REGION`, `AWS_DEFAULT_REGION` or the profile name it
            if it is empty.

        profile: The profile; `AWS_PROFILE` names it if it is empty.

        trace: Gets a line about each call: service, operation, status.

        environment: The environment's variables.
    """

    def __init__(
        self,
        session: boto3.Session | None = None,
        endpoint_url: str | None = None,
        *,
        region: str = "",
        profile: str = "",
        trace: Callable[[str], None] | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._session = session
        self._options: dict[str, Any] = {"endpoint_url": endpoint_url, "config": CONFIG}
        # Unlike AWS CLI and SAM, boto3 does not read AWS_REGION.
        self._region = region or environment.get("AWS_REGION", "")
        self._profile = profile
        self._trace = trace

    def choose(
        self, *, region: str, profile: str, trace: Callable[[str], None] | None
    ) -> AWS:
        """Return clients of another region or profile, or ones that are traced."""
        if not (region or profile or trace):
            return self
        given = None if region or profile else self._session
        return AWS(
            given,
            self._options["endpoint_url"],
            region=region or self._region,
            profile=profile or self._profile,
            trace=trace,
        )

    @cached_property
    def session(self) -> boto3.Session:
        """Credentials and region."""
        session = self._session or boto3.Session(
            region_name=self._region or None, profile_name=self._profile or None
        )
        if self._trace:
            session.events.register("after-call", self._tell)
            session.events.register("after-call-error", self._tell)
        return session

    def _tell(self, event_name: str, **facts: Any) -> None:
        """Report one call; never what was sent or answered."""
        _, _, call = event_name.partition(".")
        answer = facts.get("http_response")
        came = answer.status_code if answer else type(facts.get("exception")).__name__
        code = (facts.get("parsed") or {}).get("Error", {}).get("Code", "")
        if self._trace:
            self._trace(f"AWS {call}: {came} {code}".rstrip())

    @cached_property
    def sts(self) -> Any:
        """STS; its type information is not installed."""
        make: Any = self.session.client
        return make("sts", **self._options)

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        """CloudFormation."""
        return self.session.client("cloudformation", **self._options)

    @cached_property
    def events(self) -> EventBridgeClient:
        """EventBridge."""
        return self.session.client("events", **self._options)

    @cached_property
    def iam(self) -> IAMClient:
        """IAM."""
        return self.session.client("iam", **self._options)

    @cached_property
    def function(self) -> LambdaClient:
        """Lambda."""
        return self.session.client("lambda", **self._options)

    @cached_property
    def invoker(self) -> LambdaClient:
        """Lambda, for invocations that are waited for, and never sent twice."""
        return self.session.client("lambda", **(self._options | {"config": PATIENT}))

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        """CloudWatch Logs."""
        return self.session.client("logs", **self._options)

    @cached_property
    def rekognition(self) -> RekognitionClient:
        """Rekognition."""
        return self.session.client("rekognition", **self._options)

    @cached_property
    def s3(self) -> S3Client:
        """S3."""
        return self.session.client("s3", **self._options)

    @cached_property
    def scheduler(self) -> Any:
        """EventBridge Scheduler; its answers are not typed."""
        return self.session.client("scheduler", **self._options)

    @cached_property
    def secrets(self) -> SecretsManagerClient:
        """Secrets Manager."""
        return self.session.client("secretsmanager", **self._options)

    @cached_property
    def sqs(self) -> SQSClient:
        """SQS."""
        return self.session.client("sqs", **self._options)


def read_object(text: str | bytes) -> dict[str, Any]:
    """Return the JSON object in a text, an empty one for any other text."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
