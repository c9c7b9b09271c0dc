"""What a command says when AWS does not do as asked."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
)

from ops.problem import recognise

SECRET = "X-Amz-Signature=0123"  # noqa: S105 - text that must not be repeated


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (NoRegionError(), "Name the stack's region with --region"),
        (NoCredentialsError(), "Log in to AWS"),
        (ProfileNotFound(profile=SECRET), "--profile or AWS_PROFILE names no profile"),
        (EndpointConnectionError(endpoint_url=SECRET), "Check the network"),
    ],
    ids=lambda it: type(it).__name__ if isinstance(it, Exception) else "",
)
def test_call_that_could_not_be_made(error: Exception, says: str) -> None:
    """The person reads what to do on this machine, and nothing of a request."""
    problem = recognise(error)

    assert type(error).__name__ in problem.what
    assert problem.remedy.startswith(says)
    assert SECRET not in problem.what + problem.remedy


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("AccessDenied", "Your own credentials"),
        ("ExpiredToken", "Log in to AWS"),
        ("SignatureDoesNotMatch", "Set this machine's clock"),
        ("NoSuchBucket", "What the stack or a setting names is not there"),
        ("Throttling", "AWS wants fewer requests"),
    ],
)
def test_call_that_was_refused(code: str, says: str) -> None:
    """The person reads which call it was, and what to do about it."""
    answer = {"Error": {"Code": code, "Message": SECRET}}

    problem = recognise(ClientError(answer, "ListObjectsV2"))  # type: ignore[arg-type] # no metadata

    assert problem.what == f"AWS refuses ListObjectsV2: {code}"
    assert problem.remedy.startswith(says)


def test_endpoint_that_is_no_url_is_a_matter_of_the_person() -> None:
    """Nobody is asked to report a variable that they have set, nor is it quoted."""
    session = boto3.Session(
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - opens nothing
    )
    with pytest.raises(ValueError, match="Invalid endpoint") as caught:
        session.client("s3", endpoint_url="CANARY")

    problem = recognise(caught.value)

    assert problem.status == 2
    assert "AWS_ENDPOINT_URL" in problem.what
    assert "CANARY" not in problem.what + problem.remedy


def test_error_of_the_system_is_told_with_its_file(tmp_path: Path) -> None:
    """A folder that cannot be made is nothing to report."""
    with pytest.raises(OSError, match="exists") as caught:
        tmp_path.mkdir()

    assert recognise(caught.value).what == f"{tmp_path}: File exists."
