"""The AWS services of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from local.aws.clients import credentials, make_client, make_session

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient


class LocalAWS:
    """Clients of all services, at one address such as `http://127.0.0.1:4566`."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._session = make_session()
        self._clients: list[Any] = []

    @classmethod
    @contextmanager
    def connect(cls, endpoint: str) -> Iterator[LocalAWS]:
        """Lend clients until the block ends."""
        aws = cls(endpoint)
        try:
            yield aws
        finally:
            for client in aws._clients:
                client.close()

    @cached_property
    def s3(self) -> S3Client:
        """S3."""
        return cast("S3Client", self._client("s3"))

    @cached_property
    def sqs(self) -> SQSClient:
        """SQS."""
        return cast("SQSClient", self._client("sqs"))

    @cached_property
    def secrets(self) -> SecretsManagerClient:
        """Secrets Manager."""
        return cast("SecretsManagerClient", self._client("secretsmanager"))

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        """CloudFormation."""
        return cast("CloudFormationClient", self._client("cloudformation"))

    @cached_property
    def functions(self) -> LambdaClient:
        """Lambda."""
        return cast("LambdaClient", self._client("lambda"))

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        """CloudWatch Logs."""
        return cast("CloudWatchLogsClient", self._client("logs"))

    def environment(self) -> dict[str, str]:
        """Return the variables by which any AWS client of a process comes here."""
        return {"AWS_ENDPOINT_URL": self.endpoint, **credentials()}

    def _client(self, service: str) -> Any:
        """Make a client, and remember to close it."""
        client = make_client(self._session, service, self.endpoint)
        self._clients.append(client)
        return client
