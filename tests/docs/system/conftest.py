"""Where the documents' commands are run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from local.aws import LocalAWS
from local.aws.ministack import start_ministack
from tests.docs.system.checkout import Checkout, environment_of

BUCKET = "pictures-example"
USER_ID = "034cc9e8-857b-426e-a269-cbe9527c2dd7"
# The words in capitals that stand for the reader's own.
VALUES = {
    "KEY_ID": "key-1",
    "NODE_ID": "VXNlcjowMzRjYzllOC04NTdiLTQyNmUtYTI2OS1jYmU5NTI3YzJkZDc",
    "STACK": "authgear-profile-pictures",
    "USER_ID": USER_ID,
    "YOUR_BUCKET": BUCKET,
}


@dataclass(frozen=True, kw_only=True)
class Account:
    """
    A checkout whose commands find an AWS on this machine.

    Args:
        checkout: Where commands are run.

        aws: MiniStack.
    """

    checkout: Checkout
    aws: LocalAWS


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Return a clean copy of the checkout."""
    folder = tmp_path_factory.mktemp("clone") / "checkout"
    # Strict on what is left open.
    return Checkout(folder, {"PYTHONWARNINGS": "error"})


@pytest.fixture
def account(shared_account: Account) -> Account:
    """Return an account with a bucket, and nothing else in it."""
    aws = shared_account.aws
    requests.post(f"{aws.endpoint}/_ministack/reset", timeout=30)
    aws.s3.create_bucket(Bucket=BUCKET)
    return shared_account


@pytest.fixture(scope="module")
def shared_account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """Return an account that keeps what one test has made for the next."""
    folder = tmp_path_factory.mktemp("clone") / "checkout"
    with start_ministack() as aws:
        checkout = Checkout(folder, environment_of(aws), VALUES)
        yield Account(checkout=checkout, aws=aws)
