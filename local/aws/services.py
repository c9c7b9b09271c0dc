"""The AWS services of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

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
        make = partial(make_client, make_session(), endpoint=endpoint)
        self.s3: S3Client = make("s3")
        self.sqs: SQSClient = make("sqs")
        self.logs: CloudWatchLogsClient = make("logs")
        self.functions: LambdaClient = make("lambda")
        self.secrets: SecretsManagerClient = make("secretsmanager")
        self.cloudformation: CloudFormationClient = make("cloudformation")

    @classmethod
    @contextmanager
    def connect(cls, endpoint: str) -> Iterator[LocalAWS]:
        """Lend clients until the block ends."""
        aws = cls(endpoint)
        try:
            yield aws
        finally:
            for client in (aws.s3, aws.sqs, aws.logs, aws.functions, aws.secrets):
                client.close()
            aws.cloudformation.close()

    def environment(self) -> dict[str, str]:
        """Return the variables by which any AWS client of a process comes here."""
        return {"AWS_ENDPOINT_URL": self.endpoint, **credentials()}
