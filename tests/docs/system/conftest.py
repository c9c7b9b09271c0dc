"""Where the documents' commands are run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from local.authgear.server import Server
from local.aws import LocalAWS
from local.aws.ministack import start_ministack
from local.loopback import HOST
from tests.deploy.sam import NOWHERE
from tests.docs.system.checkout import Checkout
from tests.fakes.application_repository import FakeApplicationRepository

BUCKET = "pictures-example"
USER_ID = "034cc9e8-857b-426e-a269-cbe9527c2dd7"
# The words in capitals that stand for the reader's own.
VALUES = {
    "KEY_ID": "key-1",
    "NODE_ID": "VXNlcjowMzRjYzllOC04NTdiLTQyNmUtYTI2OS1jYmU5NTI3YzJkZDc",
    "STACK": "authgear-profile-pictures",
    "USER_ID": USER_ID,
    "YOUR_BUCKET": BUCKET,
    "YOUR_PACKAGES": "packages-example",
}


@dataclass(frozen=True, kw_only=True)
class Account:
    """
    A checkout whose commands find an AWS on this machine.

    Args:
        checkout: Where commands are run.

        aws: MiniStack.

        repository: The Serverless Application Repository, unknown to MiniStack.
    """

    checkout: Checkout
    aws: LocalAWS
    repository: FakeApplicationRepository


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Return a clean copy of the checkout."""
    folder = tmp_path_factory.mktemp("clone") / "checkout"
    # Strict on what is left open.
    return Checkout(folder, {"PYTHONWARNINGS": "error"})


@pytest.fixture
def account(shared_account: Account) -> Account:
    """Return an account with two buckets, and nothing else in it."""
    aws = shared_account.aws
    requests.post(f"{aws.endpoint}/_ministack/reset", timeout=30)
    for name in (BUCKET, VALUES["YOUR_PACKAGES"]):
        aws.s3.create_bucket(Bucket=name)
    return shared_account


@pytest.fixture(scope="module")
def shared_account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """Return an account that keeps what one test has made for the next."""
    folder = tmp_path_factory.mktemp("clone") / "checkout"
    repository = FakeApplicationRepository()
    with (
        start_ministack() as aws,
        serve(repository) as address,
    ):
        environment = {
            "AWS_ENDPOINT_URL_SERVERLESSAPPLICATIONREPOSITORY": address,
            "HTTPS_PROXY": NOWHERE,
            "NO_PROXY": f"{HOST},localhost",
            "SAM_CLI_POLL_DELAY": "0.1",  # seconds
            "SAM_CLI_TELEMETRY": "0",
        }
        checkout = Checkout(folder, aws.environment() | environment, VALUES)
        yield Account(checkout=checkout, aws=aws, repository=repository)


@contextmanager
def serve(application: Callable[..., Iterable[Any]]) -> Iterator[str]:
    """Serve an application until the block ends; yield its address."""
    server = Server(application, 0)
    server.start()
    try:
        yield f"http://{HOST}:{server.port}"
    finally:
        server.stop()
