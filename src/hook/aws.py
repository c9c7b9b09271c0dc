"""The hook function's two calls to AWS: it reads one secret, and sends to one queue."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from .receiver import HookFailed, Verdict

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

KEPT = 300.0  # seconds for which a key is used before it is read again
# A key's text, not JSON. A short or empty key could be guessed.
KEY = re.compile(r"(?!\{)[!-~]{16,}")


class WebhookKey:
    """
    The project's webhook key, kept for five minutes so that a rotated one is found.

    A wrong signature does not have it read again: anybody can send one.

    Args:
        secrets_manager: The client to read with.

        secret_id: Name or ARN of a secret that holds the key as plain text.

        clock: Monotonic seconds.
    """

    def __init__(
        self,
        secrets_manager: SecretsManagerClient,
        secret_id: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._secrets_manager = secrets_manager
        self._secret_id = secret_id
        self._clock = clock
        self._key = b""
        self._read_again_at = 0.0

    def read(self) -> bytes:
        """
        Return the key.

        Raises:
            HookFailed: The secret cannot be read, or does not hold a key.
        """
        if not self._key or self._clock() >= self._read_again_at:
            self._key = self._load()
            self._read_again_at = self._clock() + KEPT
        return self._key

    def _load(self) -> bytes:
        """Read the secret."""
        try:
            answer = self._secrets_manager.get_secret_value(SecretId=self._secret_id)
        except (BotoCoreError, ClientError) as error:
            raise HookFailed(Verdict.SECRET_UNREADABLE) from error
        key = answer.get("SecretString", "").strip()
        if not KEY.fullmatch(key):
            raise HookFailed(Verdict.SECRET_UNREADABLE)
        return key.encode()


def send_to(sqs: SQSClient, queue_url: str) -> Callable[[str], None]:
    """
    Make what sends a message to a queue.

    Args:
        sqs: The client to send with.

        queue_url: The queue's URL.
    """

    def send(text: str) -> None:
        try:
            sqs.send_message(QueueUrl=queue_url, MessageBody=text, DelaySeconds=0)
        except (BotoCoreError, ClientError) as error:
            raise HookFailed(Verdict.QUEUE_UNAVAILABLE) from error

    return send
