"""MiniStack, as a process of the local system."""

from __future__ import annotations

import base64
import io
import os
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import requests

from local.aws import LocalAWS
from local.aws.ministack import start_ministack
from local.paths import ROOT
from tests.fakes.aws_requests import AWSRequest, read_requests

USE_S3 = """
from local.aws.ministack import start_ministack
with start_ministack() as aws:
    aws.s3.create_bucket(Bucket="hostile")
    print(aws.s3.list_buckets()["Buckets"][0]["Name"])
"""

WRITES_LATE = """
import sys, threading

def handle(event, context):
    threading.Timer(0.5, sys.stderr.write, ["late line\\n"]).start()
"""


def test_s3_keeps_objects(aws: LocalAWS) -> None:
    """An object that is put into a bucket is found there."""
    aws.s3.create_bucket(Bucket="kept")

    aws.s3.put_object(Bucket="kept", Key="a", Body=b"bytes")

    assert aws.s3.get_object(Bucket="kept", Key="a")["Body"].read() == b"bytes"


def test_secrets_manager_keeps_secrets(aws: LocalAWS) -> None:
    """A secret is read back as it was stored."""
    aws.secrets.create_secret(Name="kept", SecretString="{}")

    assert aws.secrets.get_secret_value(SecretId="kept")["SecretString"] == "{}"


def test_log_of_a_busy_machine_belongs_to_its_invocation(aws: LocalAWS) -> None:
    """Lines that come half a second late are not those of the next invocation."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("late.py", WRITES_LATE)
    aws.functions.create_function(
        FunctionName="late",
        Runtime="python3.14",
        Handler="late.handle",
        Role="arn:aws:iam::000000000000:role/late",
        Code={"ZipFile": package.getvalue()},
    )

    answer = aws.functions.invoke(FunctionName="late", LogType="Tail")

    assert b"late line" in base64.b64decode(answer["LogResult"])


def test_start_is_empty_and_apart(aws: LocalAWS) -> None:
    """Two that run at once share nothing."""
    aws.s3.create_bucket(Bucket="not-shared")

    with start_ministack() as other:
        buckets = other.s3.list_buckets()["Buckets"]

    assert buckets == []


def test_requests_are_described(aws: LocalAWS) -> None:
    """Every request is listed with its service, operation, path and status."""
    known = len(read_requests(aws))

    aws.s3.create_bucket(Bucket="watched")
    aws.s3.put_object(Bucket="watched", Key="é b", Body=b"")
    aws.s3.get_object_tagging(Bucket="watched", Key="é b")
    aws.s3.list_objects_v2(Bucket="watched")
    aws.sqs.list_queues()

    described = [
        (request.service, request.operation, request.path, request.status)
        for request in read_requests(aws)[known:]
    ]
    assert described == [
        ("s3", "PUT", "watched", 200),
        ("s3", "PUT", "watched/é b", 200),
        ("s3", "GET ?tagging", "watched/é b", 200),
        ("s3", "GET ?list-type", "watched", 200),
        ("sqs", "ListQueues", "", 200),
    ]


def test_requests_tell_what_failed(aws: LocalAWS) -> None:
    """A refused request is listed with its status."""
    with pytest.raises(aws.s3.exceptions.NoSuchBucket):
        aws.s3.list_objects_v2(Bucket="never-made")

    refused = AWSRequest(
        service="s3", operation="GET ?list-type", path="never-made", status=404
    )
    assert read_requests(aws)[-1] == refused


def test_settings_of_the_user_are_not_read(tmp_path: Path) -> None:
    """Neither profile, endpoint, proxy nor configuration file of the user matters."""
    (tmp_path / "config").write_text("[profile broken\n")
    hostile = {
        "AWS_PROFILE": "not-there",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
    }

    result = subprocess.run(  # noqa: S603 - a module of our own
        [sys.executable, "-c", USE_S3],
        env={**os.environ, **hostile, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.stdout, result.stderr) == ("hostile\n", "")


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        pytest.param("https://example.com", 403, id="elsewhere"),
        pytest.param("null", 403, id="sandboxed"),
        pytest.param("http://127.0.0.1:8000", 200, id="this-machine"),
    ],
)
def test_web_pages_from_elsewhere_are_refused(
    aws: LocalAWS, origin: str, status: int
) -> None:
    """A page that is open in the same browser must not put files into the bucket."""
    aws.s3.create_bucket(Bucket="guarded")

    answer = requests.put(
        f"{aws.endpoint}/guarded/a", data=b"x", headers={"Origin": origin}, timeout=5
    )

    assert answer.status_code == status


def test_environment_leads_here_and_nowhere_else(aws: LocalAWS) -> None:
    """A process with these variables finds only our credentials."""
    environment = aws.environment()

    assert environment["AWS_ENDPOINT_URL"] == aws.endpoint
    assert environment["AWS_CONFIG_FILE"] == os.devnull
    assert environment["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert environment["AWS_EC2_METADATA_DISABLED"] == "true"


def test_stop_frees_the_port() -> None:
    """Nobody listens any more when the block has ended."""
    with start_ministack() as aws:
        port = int(aws.endpoint.rpartition(":")[2])

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)
