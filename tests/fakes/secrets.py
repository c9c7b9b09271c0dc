"""Secrets Manager with one secret."""

from __future__ import annotations

import json

from tests.fakes.key_pair import KEY_PAIR
from tests.fakes.s3 import Error


class FakeSecrets:
    """
    Answers as boto3's Secrets Manager client does.

    Args:
        secret: What the secret holds; `None` is the tests' key pair.
    """

    def __init__(self, secret: str | None = None) -> None:
        pair = {"key_id": KEY_PAIR.key_id, "private_key": KEY_PAIR.private_key}
        self.secret = json.dumps(pair) if secret is None else secret
        self.errors: list[Error | None] = []
        self.calls = 0

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803 - boto3's name
        """Return the secret; raise the error that waits for it."""
        self.calls += 1
        error = self.errors.pop(0) if self.errors else None
        if isinstance(error, Exception):
            raise error
        if error:
            error()
        return {"SecretString": self.secret}
