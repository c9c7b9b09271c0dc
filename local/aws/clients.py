"""Clients of an AWS on this machine, which see nothing of the user's own set-up."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

REGION = "us-east-1"
# Any pair of words will do; it must not be the user's own.
ACCESS_KEY_ID = "local"
SECRET_ACCESS_KEY = "local"  # noqa: S105 - opens nothing

# What the user has set up for the real AWS is neither read nor needed.
ISOLATED = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
CONFIG = Config(
    connect_timeout=5,
    read_timeout=30,
    proxies={},
    retries={"total_max_attempts": 2},
    use_dualstack_endpoint=False,
    use_fips_endpoint=False,
)


def credentials() -> dict[str, str]:
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


def make_session() -> boto3.Session:
    """Make a session whose clients have no credentials but these."""
    return boto3.Session(
        aws_access_key_id=ACCESS_KEY_ID,
        aws_secret_access_key=SECRET_ACCESS_KEY,
        region_name=REGION,
        botocore_session=botocore.session.Session(session_vars=ISOLATED),
    )


def make_client(session: boto3.Session, service: str, endpoint: str) -> Any:
    """Make a client that can only speak to the endpoint."""
    # boto3's types know the literal names of services, not a variable.
    create: Callable[..., Any] = session.client
    return create(service, endpoint_url=endpoint, config=CONFIG)
