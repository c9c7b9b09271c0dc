"""The whole system on this machine: a bucket, the function, and Authgear."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from local.authgear import Authgear
from local.aws import LocalAWS
from local.function.execution import Execution, Invocation
from local.function.history import History, Settled
from local.function.invoker import RETRY_DELAYS, Invoker
from local.function.worker import FUNCTION_NAME

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import QueueConfigurationTypeDef

BUCKET = "pictures-example"
PREFIX = "pictures/"
SECRET = "authgear-admin-api"  # noqa: S105 - the secret's name
TIMEOUT = 120.0  # seconds that Lambda gives the function


class LocalSystem:
    """
    A running system; use `start`.

    Args:
        authgear: The Authgear emulator.

        aws: S3, SQS and Secrets Manager.

        settings: The function's settings that differ from their defaults.
    """

    bucket = BUCKET

    def __init__(
        self, authgear: Authgear, aws: LocalAWS, settings: Mapping[str, str]
    ) -> None:
        self.authgear = authgear
        self.aws = aws
        self.settings = settings
        self.history = History()
        self.events_url = aws.sqs.create_queue(QueueName="events")["QueueUrl"]
        self.failures_url = aws.sqs.create_queue(QueueName="failures")["QueueUrl"]
        aws.secrets.create_secret(Name=SECRET)
        self.put_secret()
        self._create_bucket()

    @classmethod
    @contextmanager
    def start(
        cls,
        *,
        settings: Mapping[str, str] | None = None,
        concurrency: int = 1,
        retry_delays: Sequence[int] = RETRY_DELAYS,
        ports: tuple[int, int] = (0, 0),
    ) -> Iterator[LocalSystem]:
        """
        Run a system until the block ends.

        Args:
            settings: The function's settings that differ from their defaults.

            concurrency: How many events the function works on at once; 0 for none.

            retry_delays: Seconds before each further attempt at an event.

            ports: Authgear's and AWS's; 0 takes any free one.
        """
        with ExitStack() as stack:
            aws = stack.enter_context(LocalAWS.start(port=ports[1]))
            authgear = stack.enter_context(Authgear.start(port=ports[0]))
            system = cls(authgear, aws, settings or {})
            environment = system.environment()
            invoker = Invoker(
                aws.sqs,
                events=system.events_url,
                failures=system.failures_url,
                executions=[
                    Execution(environment, timeout=TIMEOUT) for _ in range(concurrency)
                ],
                on_delivery=system.history.record,
                on_invocation=system.note,
                retry_delays=retry_delays,
            )
            stack.callback(invoker.stop)
            invoker.start()
            if concurrency:
                # S3 tries the new notification out, and thus all that is behind it.
                system.wait_for("")
            yield system

    def environment(self) -> dict[str, str]:
        """Return the variables that the function runs with."""
        return {
            **self.aws.environment(),
            "AWS_LAMBDA_FUNCTION_NAME": FUNCTION_NAME,
            "BUCKET_NAME": self.bucket,
            "AUTHGEAR_ENDPOINT": self.authgear.endpoint,
            "AUTHGEAR_APP_ID": self.authgear.app_id,
            "AUTHGEAR_SECRET_ID": SECRET,
            **self.settings,
        }

    @property
    def settled(self) -> list[Settled]:
        """What became of each object, in the order of the ends."""
        return self.history.settled

    @property
    def log(self) -> str:
        """All that the function wrote and answered."""
        return "\n".join(self.history.log)

    def put_secret(self) -> None:
        """Store the key pair that Authgear accepts now."""
        pair = {
            "key_id": self.authgear.key_id,
            "private_key": self.authgear.private_key,
        }
        self.aws.secrets.put_secret_value(
            SecretId=SECRET, SecretString=json.dumps(pair)
        )

    def put(self, key: str, data: bytes) -> None:
        """Put an object into the bucket."""
        self.aws.s3.put_object(Bucket=self.bucket, Key=key, Body=data)

    def delete(self, key: str) -> None:
        """Delete an object from the bucket."""
        self.aws.s3.delete_object(Bucket=self.bucket, Key=key)

    def note(self, invocation: Invocation) -> None:
        """Keep what came of an attempt, and tell who watches."""
        self.history.note(invocation)
        self.authgear.changes.announce()

    def send(self, event: Any) -> None:
        """Send an event once more, or late, as S3 may do by itself."""
        body = json.dumps(event)
        self.aws.sqs.send_message(QueueUrl=self.events_url, MessageBody=body)

    def count_failures(self) -> int:
        """Return how many events wait in the queue of failures."""
        answer = self.aws.sqs.get_queue_attributes(
            QueueUrl=self.failures_url,
            AttributeNames=["ApproximateNumberOfMessages"],
        )
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def deliver_failures(self) -> None:
        """Deliver what failed for the last time once more, as the retry queue does."""
        while messages := self.aws.sqs.receive_message(
            QueueUrl=self.failures_url, MaxNumberOfMessages=10
        ).get("Messages"):
            for message in messages:
                self.send(json.loads(message["Body"])["requestPayload"])
                self.aws.sqs.delete_message(
                    QueueUrl=self.failures_url, ReceiptHandle=message["ReceiptHandle"]
                )

    def drop(self, key: str, data: bytes, timeout: float = 30.0) -> Settled:
        """Put an object into the bucket; return what became of it."""
        count = self.history.count(key) + 1
        self.put(key, data)
        return self.wait_for(key, count=count, timeout=timeout)

    def wait_for(self, key: str, *, count: int = 1, timeout: float = 30.0) -> Settled:
        """Return what became of an object, as `History.wait_for`."""
        return self.history.wait_for(key, count=count, timeout=timeout)

    def _create_bucket(self) -> None:
        """Create the bucket, and have it send its events to the queue."""
        self.aws.s3.create_bucket(Bucket=self.bucket)
        answer = self.aws.sqs.get_queue_attributes(
            QueueUrl=self.events_url, AttributeNames=["QueueArn"]
        )
        to_queue: QueueConfigurationTypeDef = {
            "QueueArn": answer["Attributes"]["QueueArn"],
            "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
            "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": PREFIX}]}},
        }
        self.aws.s3.put_bucket_notification_configuration(
            Bucket=self.bucket,
            NotificationConfiguration={"QueueConfigurations": [to_queue]},
        )
