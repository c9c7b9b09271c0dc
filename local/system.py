"""The whole system on this machine: the deployed stack, and Authgear."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import quote_plus

from local.authgear import Authgear, User
from local.aws import LocalAWS
from local.aws.ministack import RETRY_DELAY, start_ministack
from local.aws.stack import Stack, StackFailed
from local.history import History, LogReader, Settled
from local.loopback import fetch
from storage.key_pattern import KeyPattern

BUCKET = "pictures-example"
PREFIX = "pictures/"
SECRET = "authgear-admin-api"  # noqa: S105 - the secret's name
STACK = "authgear-profile-pictures"
KEY_PATTERN = PREFIX + "{user_id}.*"


class LocalSystem:
    """A running system; use `start`."""

    bucket = BUCKET
    retry_delay = RETRY_DELAY  # seconds

    def __init__(self, authgear: Authgear, aws: LocalAWS) -> None:
        self.authgear = authgear
        self.aws = aws
        self.history = History()
        self.stack = Stack(aws, STACK)
        self.reader: LogReader | None = None
        self._variables: dict[str, str] = {}
        self.secret_arn = aws.secrets.create_secret(Name=SECRET)["ARN"]
        self.put_secret()

    @classmethod
    @contextmanager
    def start(
        cls,
        *,
        parameters: Mapping[str, str] | None = None,
        retry_delay: float = RETRY_DELAY,
        ports: tuple[int, int] = (0, 0),
    ) -> Iterator[LocalSystem]:
        """
        Deploy the stack with these parameters, and run it until the block ends.

        The ports are Authgear's and AWS's; where a program listens on one, another is
        taken. The retry delay is in seconds.

        Raises:
            StackFailed: The stack cannot be deployed, or its function does not start.
        """
        with ExitStack() as ends:
            aws = ends.enter_context(
                start_ministack(port=ports[1], retry_delay=retry_delay)
            )
            system = cls(ends.enter_context(Authgear.start(port=ports[0])), aws)
            system.retry_delay = retry_delay
            system.deploy(parameters or {})
            group = system.stack.outputs["LogGroupName"]
            system.reader = LogReader(aws, group, system.note)
            system.reader.start()
            ends.callback(system.reader.stop)
            yield system

    @classmethod
    @contextmanager
    def start_servers(cls) -> Iterator[LocalSystem]:
        """Run the servers alone, with a bucket, but no function."""
        with start_ministack() as aws, Authgear.start() as authgear:
            system = cls(authgear, aws)
            aws.s3.create_bucket(Bucket=BUCKET)
            yield system

    def deploy(self, parameters: Mapping[str, str]) -> None:
        """Deploy the stack, once more with other parameters; try the function out."""
        own = {
            "BucketName": self.bucket,
            "AuthgearEndpoint": self.authgear.endpoint,
            "AuthgearAppId": self.authgear.app_id,
            "AuthgearSecretArn": self.secret_arn,
        }
        self.stack.deploy(own | dict(parameters))
        self._variables = self.stack.variables
        # What S3 sends to try a notification out.
        event = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET}
        answer = self.aws.functions.invoke(
            FunctionName=self.function_name, Payload=json.dumps(event)
        )
        if "FunctionError" in answer:
            raise StackFailed(answer["Payload"].read().decode())

    @property
    def function_name(self) -> str:
        """The function's name."""
        return self.stack.outputs["FunctionName"]

    def environment(self) -> dict[str, str]:
        """Return the variables that the function runs with."""
        return {
            **self.aws.environment(),
            "AWS_LAMBDA_FUNCTION_NAME": "local",
            "BUCKET_NAME": self.bucket,
            "AUTHGEAR_ENDPOINT": self.authgear.endpoint,
            "AUTHGEAR_APP_ID": self.authgear.app_id,
            "AUTHGEAR_SECRET_ID": SECRET,
            **self._variables,
        }

    def exports(self) -> dict[str, str]:
        """Return the variables by which the operator's commands come here."""
        return {**self.aws.environment(), "STACK": STACK}

    @property
    def log(self) -> str:
        """All that the function wrote."""
        return "\n".join(self.history.log)

    def key_for(self, user: User, suffix: str) -> str:
        """
        Return the key of a user's object.

        The suffix is how the file's name ends, such as `.jpg`; the pattern may decide
        otherwise.
        """
        pattern = KeyPattern.parse(self._variables.get("KEY_PATTERN", KEY_PATTERN))
        names = {
            "user_id": user.id,
            "node_id": user.node_id,
            "email": user.standard_attributes().get("email"),
            "username": user.standard_attributes().get("preferred_username"),
            "phone": user.standard_attributes().get("phone_number"),
        }
        tail = pattern.tail.replace("*", suffix.removeprefix("."), 1).replace("*", "")
        return f"{pattern.head}{names[pattern.placeholder]}{tail}"

    def list_bucket(self) -> list[Any]:
        """List all objects, the newest one first."""
        paginator = self.aws.s3.get_paginator("list_objects_v2")
        pages = paginator.paginate(Bucket=self.bucket)
        found = [it for page in pages for it in page.get("Contents", [])]
        return sorted(found, key=lambda it: (it["LastModified"], it["Key"]))[::-1]

    def list_objects(self, user: User) -> list[str]:
        """Return the keys of a user's objects, the newest one first."""
        prefix = self.key_for(user, "").rstrip(".")
        keys = [it["Key"] for it in self.list_bucket()]
        return [key for key in keys if key.startswith(prefix)]

    def put_secret(self) -> None:
        """Store the key pair that Authgear accepts now."""
        key = self.authgear.key_pair
        pair = json.dumps({"key_id": key.key_id, "private_key": key.private_key})
        self.aws.secrets.put_secret_value(SecretId=SECRET, SecretString=pair)

    def put(self, key: str, data: bytes) -> None:
        """Put an object into the bucket."""
        self.aws.s3.put_object(Bucket=self.bucket, Key=key, Body=data)

    def delete(self, key: str) -> None:
        """Delete an object from the bucket."""
        self.aws.s3.delete_object(Bucket=self.bucket, Key=key)

    def read_log(self) -> None:
        """Read now what the function has written."""
        if self.reader:
            self.reader.read()

    def note(self, lines: list[str]) -> None:
        """Keep what came of an invocation, and tell who watches."""
        self.history.note(lines)
        self.authgear.changes.announce()

    def send(self, key: str) -> None:
        """Send an event of an object once more, or late, as S3 may do by itself."""
        self.invoke(self.event(key))

    def invoke(self, event: Any) -> None:
        """Invoke the function as S3 does: it is tried again if it fails."""
        self.aws.functions.invoke(
            FunctionName=self.function_name,
            InvocationType="Event",
            Payload=json.dumps(event),
        )

    def event(self, key: str) -> dict[str, Any]:
        """Return what S3 says about a new object."""
        record = {
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put",
            "s3": {
                "bucket": {"name": self.bucket},
                "object": {"key": quote_plus(key, safe="/")},
            },
        }
        return {"Records": [record]}

    def read_failures(self) -> list[str]:
        """Return the messages in the retry queue, hidden ones as well."""
        url = self.stack.outputs["RetryQueueUrl"]
        answer = fetch(f"{self.aws.endpoint}/_ministack/sqs/messages?QueueUrl={url}")
        accounts = json.loads(answer)["messages"].values()
        queues = [queue for regions in accounts for queue in regions.values()]
        return [m["Body"] for queue in queues for it in queue.values() for m in it]

    def deliver_failures(self) -> None:
        """Deliver what waits in the retry queue now, and not after 15 minutes."""
        url, bodies = self.stack.outputs["RetryQueueUrl"], self.read_failures()
        self.aws.sqs.purge_queue(QueueUrl=url)
        for body in bodies:
            self.aws.sqs.send_message(QueueUrl=url, MessageBody=body)

    def drop(self, key: str, data: bytes, timeout: float = 60.0) -> Settled:
        """Put an object into the bucket; return the result."""
        count = self.history.count(key) + 1
        self.put(key, data)
        return self.wait_for(key, count=count, timeout=timeout)

    def wait_for(self, key: str, *, count: int = 1, timeout: float = 60.0) -> Settled:
        """Return the result of an object, as `History.wait_for`."""
        return self.history.wait_for(key, count=count, timeout=timeout)
