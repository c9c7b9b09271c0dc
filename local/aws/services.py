"""The AWS services of this machine, and the requests that they answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from local.aws.clients import credentials, make_client, make_session
from local.loopback import fetch

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, kw_only=True, slots=True)
class AWSRequest:
    """
    One request that was answered.

    Args:
        service: `s3`, `sqs`, `secretsmanager`, or one that is not found.

        operation: The operation, as `ReceiveMessage`; for S3 the method and what of
            the object is meant, as `GET`, `PUT ?tagging` or `PUT ?tagging&versionId`.

        path: The bucket and key of a request to S3; the prefix where it lists.

        status: The answer's HTTP status.
    """

    service: str
    operation: str
    path: str
    status: int


class LocalAWS:
    """
    Clients of all services, at one address.

    Args:
        endpoint: The address, such as `http://127.0.0.1:4566`.
    """

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
        client: S3Client = self._client("s3")
        return client

    @cached_property
    def sqs(self) -> SQSClient:
        """SQS."""
        client: SQSClient = self._client("sqs")
        return client

    @cached_property
    def secrets(self) -> SecretsManagerClient:
        """Secrets Manager."""
        client: SecretsManagerClient = self._client("secretsmanager")
        return client

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        """CloudFormation."""
        client: CloudFormationClient = self._client("cloudformation")
        return client

    @cached_property
    def functions(self) -> LambdaClient:
        """Lambda."""
        client: LambdaClient = self._client("lambda")
        return client

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        """CloudWatch Logs."""
        client: CloudWatchLogsClient = self._client("logs")
        return client

    @property
    def requests(self) -> list[AWSRequest]:
        """The latest requests that were answered, oldest first."""
        requests = json.loads(fetch(f"{self.endpoint}/local/requests"))
        return [AWSRequest(**request) for request in requests]

    def environment(self) -> dict[str, str]:
        """Return the variables by which any AWS client of a process comes here."""
        return {"AWS_ENDPOINT_URL": self.endpoint, **credentials()}

    def _client(self, service: str) -> Any:
        """Make a client, and remember to close it."""
        client = make_client(self._session, service, self.endpoint)
        self._clients.append(client)
        return client
