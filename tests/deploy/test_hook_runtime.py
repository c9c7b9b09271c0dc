"""The hook function's package behind Lambda's own runtime interface."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from local.aws import LocalAWS
from tests.deploy.builds import build_hook
from tests.deploy.runtime import Runtime
from tests.fakes.moto_server import start_moto
from tests.hook.deliveries import KEY, USER_ID, delivery, recorded_body
from triggers.messages import write_user_check

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the runtime interface emulator is for Linux"
)

# boto3 with what it needs: a part of Lambda's runtime, and not of the package.
PARTS_OF_THE_RUNTIME = (
    *("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"),
)


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAWS]:
    """Run Secrets Manager with the key, and SQS with a queue."""
    with start_moto() as aws:
        aws.secrets.create_secret(Name="hook", SecretString=KEY.decode())
        yield aws


@pytest.fixture(scope="module")
def queue_url(aws: LocalAWS) -> str:
    """Return the address of the retry queue."""
    return aws.sqs.create_queue(QueueName="retry")["QueueUrl"]


@pytest.fixture(scope="module")
def runtime(
    aws: LocalAWS, queue_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Runtime]:
    """Run the package, with boto3 beside it."""
    folder = tmp_path_factory.mktemp("hook")
    package = build_hook(folder / "package")
    for name in PARTS_OF_THE_RUNTIME:
        spec = find_spec(name)
        assert spec
        assert spec.origin
        path = Path(spec.origin)
        path = path.parent if spec.submodule_search_locations else path
        (package / path.name).symlink_to(path)
    environment = {
        **aws.environment(),
        "HOOK_SECRET_ID": "hook",
        "RETRY_QUEUE_URL": queue_url,
    }
    work = tmp_path_factory.mktemp("runtime")
    with Runtime.start(
        package, environment, work, handler="hook.handler.handler"
    ) as runtime:
        yield runtime


def receive(aws: LocalAWS, queue_url: str) -> list[str]:
    """Return the queue's messages, and delete them."""
    found = aws.sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)
    for message in found.get("Messages", []):
        aws.sqs.delete_message(
            QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"]
        )
    return [message["Body"] for message in found.get("Messages", [])]


def lines(runtime: Runtime) -> list[dict[str, Any]]:
    """Return the lines of JSON that the function has written."""
    return [json.loads(it) for it in runtime.log.splitlines() if it.startswith("{")]


def test_recorded_report_is_queued(
    runtime: Runtime, aws: LocalAWS, queue_url: str
) -> None:
    """The template's handler name is right, and the answer one of a function URL."""
    answer = runtime.invoke(delivery(recorded_body("create_user")))

    assert answer == {"statusCode": 200, "body": "queued"}
    assert receive(aws, queue_url) == [write_user_check(USER_ID)]
    assert lines(runtime)[-1]["verdict"] == "queued"


def test_wrong_signature_is_refused(
    runtime: Runtime, aws: LocalAWS, queue_url: str
) -> None:
    """Nothing is queued."""
    event = delivery(recorded_body("create_user"), b"another-key-altogether")

    assert runtime.invoke(event)["statusCode"] == 401
    assert receive(aws, queue_url) == []


def test_failure_is_an_error_that_tells_nothing(
    runtime: Runtime, aws: LocalAWS, queue_url: str
) -> None:
    """Lambda counts it, and its own record of the error holds no secret."""
    aws.sqs.delete_queue(QueueUrl=queue_url)

    answer = runtime.invoke(delivery(recorded_body("create_user")))

    assert answer["errorType"] == "HookFailed"
    assert answer["errorMessage"] == "the hook failed: queue-unavailable"
    verdicts = [line["verdict"] for line in lines(runtime) if "verdict" in line]
    assert verdicts[-1] == "queue-unavailable"
    assert KEY.decode() not in runtime.log
    assert "bulkhook" not in runtime.log
