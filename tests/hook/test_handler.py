"""The hook function as Lambda starts it: little is loaded, and it answers."""

from __future__ import annotations

import json

import pytest

from tests.hook.deliveries import KEY, USER_ID, delivery, recorded_body
from tests.new_container import run
from triggers.messages import write_user_check

MOST_MODULES = 450  # the standard library's counted; the main function loads over 500


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """Return the modules that a new container loads."""
    return set(run("import sys, hook.handler; print(*sys.modules)").split())


def test_cold_start_keeps_to_its_budget(loaded: set[str]) -> None:
    """A dependency that loads hundreds of modules does not come in unnoticed."""
    assert "hook.handler" in loaded
    assert len(loaded) <= MOST_MODULES


@pytest.mark.parametrize(
    "name",
    [
        *("PIL", "pictures", "authgear", "sync", "storage", "settings", "outcome"),
        *("requests", "jwt", "cryptography", "aws_lambda_powertools"),
    ],
)
def test_nothing_of_the_other_function_is_loaded(loaded: set[str], name: str) -> None:
    """No decoder, no client of Authgear, no token: the URL is open to the internet."""
    assert name not in loaded


def test_of_our_own_only_the_message_is_shared(loaded: set[str]) -> None:
    """The package needs no more files than these."""
    ours = {"hook", "triggers", "version", "function", "handler", "factory"}

    assert {name for name in loaded if name.partition(".")[0] in ours} == {
        *("hook", "hook.aws", "hook.handler", "hook.receiver"),
        *("triggers", "triggers.messages", "version"),
    }


def test_delivery_reaches_the_queue() -> None:
    """With a secret and a queue, one delivery becomes one message and one line."""
    event = delivery(recorded_body("create_user"))
    code = f"""
import json, os, boto3, moto
with moto.mock_aws():
    key, sqs = {KEY.decode()!r}, boto3.client("sqs")
    boto3.client("secretsmanager").create_secret(Name="secret", SecretString=key)
    os.environ["RETRY_QUEUE_URL"] = sqs.create_queue(QueueName="q")["QueueUrl"]
    import hook.handler
    answer = hook.handler.handler(json.loads({json.dumps(event)!r}), None)
    found = sqs.receive_message(QueueUrl=os.environ["RETRY_QUEUE_URL"])["Messages"]
    print(json.dumps([answer, [message["Body"] for message in found]]))
"""

    line, printed = run(code).splitlines()

    answer, bodies = json.loads(printed)
    assert answer == {"statusCode": 200, "body": "queued"}
    assert bodies == [write_user_check(USER_ID)]
    assert json.loads(line)["verdict"] == "queued"
