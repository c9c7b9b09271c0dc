"""S3, SQS and Secrets Manager on this machine: moto's server on a loopback port."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.config import Config

from local.loopback import fetch
from local.process import Process

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

REGION = "us-east-1"
# moto takes any pair of words; it must not be the user's own.
ACCESS_KEY_ID = "local"
SECRET_ACCESS_KEY = "local"  # noqa: S105 - opens nothing

# What the user has set up for the real AWS is neither read nor needed.
ISOLATED = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
# moto by itself lets every web page in; a bucket's own rules are to decide.
STRICT = {"MOTO_DISABLE_GLOBAL_CORS": "true"}
CLIENT = Config(
    connect_timeout=5,
    read_timeout=30,
    proxies={},
    retries={"total_max_attempts": 2},
    use_dualstack_endpoint=False,
    use_fips_endpoint=False,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class AWSRequest:
    """
    One request that was answered.

    Args:
        service: `s3`, `sqs`, `secretsmanager`, or one that is asked for in vain.

        operation: The operation, as `ReceiveMessage`; for S3 the method and what of
            the object is meant, as `GET`, `PUT ?tagging` or `PUT ?tagging&versionId`.

        path: The bucket and key of a request to S3; the prefix where it lists.

        status: The answer's HTTP status.
    """

    service: str
    operation: str
    path: str
    status: int


@dataclass(frozen=True, kw_only=True)
class LocalAWS:
    """
    The three services, at one address.

    Args:
        endpoint: The address, such as `http://127.0.0.1:5000`.

        s3: A client of S3.

        sqs: A client of SQS.

        secrets: A client of Secrets Manager.
    """

    endpoint: str
    s3: S3Client
    sqs: SQSClient
    secrets: SecretsManagerClient

    @classmethod
    @contextmanager
    def start(cls, port: int = 0) -> Iterator[LocalAWS]:
        """
        Run the services, empty at first, until the block ends.

        They run in a process of their own: moto has one state in each process, and
        would read what the user has set up for AWS.

        Args:
            port: Where to listen; 0 takes any free port.
        """
        with Process.start(
            "local.aws.server", str(port), environment=_credentials() | STRICT
        ) as (
            _,
            endpoint,
        ):
            services = {"s3": "s3", "sqs": "sqs", "secrets": "secretsmanager"}
            clients = {
                name: _client(service, endpoint) for name, service in services.items()
            }
            try:
                yield cls(endpoint=endpoint, **clients)
            finally:
                for client in clients.values():
                    client.close()

    @property
    def requests(self) -> list[AWSRequest]:
        """The latest requests that were answered, oldest first."""
        requests = json.loads(fetch(f"{self.endpoint}/local/requests"))
        return [AWSRequest(**request) for request in requests]

    def environment(self) -> dict[str, str]:
        """Return the variables by which any AWS client of a process comes here."""
        return {"AWS_ENDPOINT_URL": self.endpoint, **_credentials()}


def _credentials() -> dict[str, str]:
    """Return the variables of credentials that open nothing, and of no others."""
    return {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _client(service: str, endpoint: str) -> Any:
    """Make a client that can only speak to the endpoint."""
    session = boto3.Session(
        aws_access_key_id=ACCESS_KEY_ID,
        aws_secret_access_key=SECRET_ACCESS_KEY,
        region_name=REGION,
        botocore_session=botocore.session.Session(session_vars=ISOLATED),
    )
    # boto3's types know the literal names of services, not a variable.
    create: Callable[..., Any] = session.client
    return create(service, endpoint_url=endpoint, config=CLIENT)
