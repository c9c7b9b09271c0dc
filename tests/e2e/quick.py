"""
A stack in which a day of retries takes seconds, and what its functions did.

It has the hook function as well. Nothing else differs from the stack of `make local`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from local.authgear import User
from local.aws import LocalAWS
from local.aws.clients import make_client, make_session
from local.aws.template import DIFFERENCES, Difference
from local.history import FAILED, LogReader
from local.sample_users import create_person
from local.system import SECRET, LocalSystem
from ops.aws import read_object
from tests.alarms.histories import Run
from tests.e2e.waiting import wait_until

HOOK_SECRET = "authgear-webhook-key"  # noqa: S105 - the secret's name
HOOK_KEY = "a-webhook-key-of-the-tests"
WAIT = 5  # seconds between two receives; longer than a run, even of a new process
RECEIVES = 4  # before a message is a dead letter


def _shorten_waits(content: dict[str, Any]) -> None:
    """Let the queues deliver every few seconds, a few times."""
    for name in ("RetryQueue", "BulkQueue"):
        properties = content["Resources"][name]["Properties"]
        properties["VisibilityTimeout"] = WAIT
        properties["RedrivePolicy"]["maxReceiveCount"] = RECEIVES


SHORT_WAITS = Difference(
    name="the waits of the queues",
    reason="a test cannot wait for a day",
    apply=_shorten_waits,
)


@contextmanager
def start_quick_system() -> Iterator[LocalSystem]:
    """Run such a system until the block ends."""
    with LocalSystem.start(retry_delay=0) as system:
        system.stack.differences = (*DIFFERENCES, SHORT_WAITS)
        system.stack.deploy({"HookSecretArn": create_hook_secret(system)})
        yield system


def create_hook_secret(system: LocalSystem) -> str:
    """Store the key that signs Authgear's reports; return the secret's ARN."""
    secret = system.aws.secrets.create_secret(Name=HOOK_SECRET, SecretString=HOOK_KEY)
    return secret["ARN"]


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """
    An event that failed until it came into the dead-letter queue.

    Args:
        user: Whose picture it is about.

        key: The object's key.
    """

    user: User
    key: str


def lose_picture(system: LocalSystem, picture: bytes) -> DeadLetter:
    """Let a picture fail until its event is a dead letter; the cause is gone then."""
    user = create_person(system.authgear, "Ada Lovelace")
    key = system.key_for(user, ".png")
    break_key(system)
    system.put(key, picture)
    # Seven runs, and the waits between them.
    wait_until(lambda: count_messages(system, "DeadLetterQueueUrl") == 1, seconds=180)
    system.put_secret()
    return DeadLetter(user=user, key=key)


class Invocations:
    """
    The invocations of one function, as its log shows them.

    Args:
        aws: Where it is.

        group: Its log group.
    """

    def __init__(self, aws: LocalAWS, group: str) -> None:
        self._runs: list[tuple[str, Run]] = []
        self._reader = LogReader(aws, group, self._note)

    @property
    def runs(self) -> list[Run]:
        """All that have ended, in their order."""
        self._reader.read()
        return [run for _, run in self._runs]

    def of(self, key: str) -> list[Run]:
        """Return those for an object."""
        self._reader.read()
        return [run for log, run in self._runs if f'"key":"{key}"' in log]

    def _note(self, lines: list[str]) -> None:
        """Keep an invocation."""
        run = Run(
            is_error=any(FAILED.match(line) for line in lines),
            metrics={
                metric["Name"]: content[metric["Name"]]
                for content in map(read_object, lines)
                for directive in content.get("_aws", {}).get("CloudWatchMetrics", [])
                for metric in directive["Metrics"]
            },
        )
        self._runs.append(("\n".join(lines), run))


def break_key(system: LocalSystem) -> None:
    """Make every picture fail, until the secret is put right."""
    system.authgear.rotate_key()
    system.aws.secrets.put_secret_value(SecretId=SECRET, SecretString="{}")


@contextmanager
def lose_events(system: LocalSystem) -> Iterator[None]:
    """Let the bucket send no events until the block ends."""
    s3, bucket = system.aws.s3, system.bucket
    notifications: Any = s3.get_bucket_notification_configuration(Bucket=bucket)
    del notifications["ResponseMetadata"]
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={}
    )
    try:
        yield
    finally:
        s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration=notifications
        )


def read_timer(system: LocalSystem) -> dict[str, Any]:
    """Return the schedule of the resync, as it is deployed."""
    scheduler = make_client(make_session(), "scheduler", system.aws.endpoint)
    names = [it["Name"] for it in scheduler.list_schedules()["Schedules"]]
    (name,) = [it for it in names if "ResyncTimer" in it]
    schedule: dict[str, Any] = scheduler.get_schedule(Name=name)
    return schedule


def start_resync(system: LocalSystem) -> None:
    """Send what the deployed timer sends to where it sends it."""
    target = read_timer(system)["Target"]
    queue = system.stack.outputs["BulkQueueUrl"]
    assert target["Arn"].endswith(":" + queue.rsplit("/", 1)[1])
    system.aws.sqs.send_message(QueueUrl=queue, MessageBody=target["Input"])


def count_messages(system: LocalSystem, output: str) -> int:
    """Return how many messages are in a queue, hidden ones as well."""
    found = system.aws.sqs.get_queue_attributes(
        QueueUrl=system.stack.outputs[output],
        AttributeNames=[
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesDelayed",
            "ApproximateNumberOfMessagesNotVisible",
        ],
    )
    return sum(map(int, found["Attributes"].values()))
