"""Clients of AWS, each made when it is first needed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

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
        session: Credentials and region; those of the environment if left out.

        endpoint_url: Where all services are, if not where AWS has them.
    """

    def __init__(
        self, session: boto3.Session | None = None, endpoint_url: str | None = None
    ) -> None:
        self._session = session
        self._endpoint_url = endpoint_url

    @cached_property
    def session(self) -> boto3.Session:
        """Credentials and region."""
        return self._session or boto3.Session()

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        """CloudFormation."""
        return self.session.client(
            "cloudformation", endpoint_url=self._endpoint_url, config=CONFIG
        )

    @cached_property
    def events(self) -> EventBridgeClient:
        """EventBridge."""
        return self.session.client(
            "events", endpoint_url=self._endpoint_url, config=CONFIG
        )

    @cached_property
    def iam(self) -> IAMClient:
        """IAM."""
        return self.session.client(
            "iam", endpoint_url=self._endpoint_url, config=CONFIG
        )

    @cached_property
    def function(self) -> LambdaClient:
        """Lambda."""
        return self.session.client(
            "lambda", endpoint_url=self._endpoint_url, config=CONFIG
        )

    @cached_property
    def invoker(self) -> LambdaClient:
        """Lambda, for invocations that are waited for, and never sent twice."""
        return self.session.client(
            "lambda", endpoint_url=self._endpoint_url, config=PATIENT
        )

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        """CloudWatch Logs."""
        return self.session.client(
            "logs", endpoint_url=self._endpoint_url, config=CONFIG
        )

    @cached_property
    def rekognition(self) -> RekognitionClient:
        """Rekognition."""
        return self.session.client(
            "rekognition", endpoint_url=self._endpoint_url, config=CONFIG
        )

    @cached_property
    def s3(self) -> S3Client:
        """S3."""
        return self.session.client("s3", endpoint_url=self._endpoint_url, config=CONFIG)

    @cached_property
    def secrets(self) -> SecretsManagerClient:
        """Secrets Manager."""
        return self.session.client(
            "secretsmanager", endpoint_url=self._endpoint_url, config=CONFIG
        )

    @cached_property
    def sqs(self) -> SQSClient:
        """SQS."""
        return self.session.client(
            "sqs", endpoint_url=self._endpoint_url, config=CONFIG
        )
