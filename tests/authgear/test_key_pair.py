"""The secret is read, and nothing of it shows where it cannot be used."""

from __future__ import annotations

import json
from collections.abc import Iterator

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.stub import Stubber

from authgear import CredentialsUnavailable, KeyPair
from authgear.key_pair import load_key_pair
from tests.fakes.key_pair import KEY_PAIR

SECRET_ID = "authgear-admin-api-key"  # noqa: S105 - its name
CONTENT = "hush-hush"  # text that is in the secret and nowhere else


def read(secret: dict[str, object]) -> KeyPair:
    """Read the key pair of an answer that Secrets Manager gives."""
    client = boto3.client(
        "secretsmanager",
        region_name="us-east-1",
        aws_access_key_id="id",
        aws_secret_access_key="key",  # noqa: S106 - of no account
        config=Config(retries={"total_max_attempts": 1}),
    )
    with Stubber(client) as stubber:
        stubber.add_response("get_secret_value", secret, {"SecretId": SECRET_ID})
        return load_key_pair(client, SECRET_ID)


class Broken:
    """
    A Secrets Manager that fails.

    Args:
        error: What it raises.
    """

    def __init__(self, error: Exception) -> None:
        self.error = error

    def get_secret_value(self, *, SecretId: str) -> None:  # noqa: N803 - boto3's name
        """Fail."""
        raise self.error


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Return an error with all its causes and contexts."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def test_load_key_pair() -> None:
    """Key id and private key come from one JSON object; more in it does not matter."""
    content = {"key_id": KEY_PAIR.key_id, "private_key": KEY_PAIR.private_key, "x": 1}

    assert read({"SecretString": json.dumps(content)}) == KEY_PAIR


@pytest.mark.parametrize(
    ("secret", "problem"),
    [
        ({"SecretString": CONTENT}, "is not a JSON object with"),
        ({"SecretString": '{"key_id": "hush-hush"'}, "is not a JSON object with"),
        ({"SecretString": " "}, "is not a JSON object with"),
        ({"SecretString": "[" * 100_000 + CONTENT}, "is not a JSON object with"),
        ({"SecretBinary": CONTENT.encode()}, "is not a JSON object with"),
        ({"SecretString": json.dumps(CONTENT)}, "is not a JSON object with"),
        ({"SecretString": json.dumps([CONTENT])}, "is not a JSON object with"),
        ({"SecretString": "null"}, "is not a JSON object with"),
        (
            {"SecretString": json.dumps({"key_id": CONTENT})},
            "is not a JSON object with",
        ),
        (
            {"SecretString": json.dumps({"private_key": CONTENT})},
            "is not a JSON object with",
        ),
        (
            {"SecretString": json.dumps({"key_id": 1, "private_key": CONTENT})},
            "must be strings",
        ),
        (
            {"SecretString": json.dumps({"key_id": CONTENT, "private_key": None})},
            "must be strings",
        ),
    ],
    ids=[
        *("text", "cut-short", "blank", "too-deep", "binary", "string", "list", "null"),
        *("no-private-key", "no-key-id", "number", "no-string"),
    ],
)
def test_load_key_pair_other_form(secret: dict[str, object], problem: str) -> None:
    """The error names the secret and the form; no part of it holds the content."""
    with pytest.raises(CredentialsUnavailable, match=problem) as caught:
        read(secret)

    assert f"the secret {SECRET_ID} " in str(caught.value)
    assert "key_id and private_key" in str(caught.value)
    assert caught.value.step == "token"
    for error in chain(caught.value):
        assert CONTENT not in repr(error) + repr(vars(error))
    assert list(chain(caught.value)) == [caught.value]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (
            ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetSecretValue"),
            "AccessDeniedException",
        ),
        (
            ClientError(
                {"Error": {"Code": "ResourceNotFoundException"}}, "GetSecretValue"
            ),
            "ResourceNotFoundException",
        ),
        (ClientError({}, "GetSecretValue"), "unknown error"),
        (AttributeError("'list' object has no attribute 'get'"), "AttributeError"),
        (
            EndpointConnectionError(endpoint_url="https://example.com"),
            "EndpointConnectionError",
        ),
    ],
    ids=["denied", "missing", "no-code", "no-object", "network"],
)
def test_load_key_pair_not_readable(error: Exception, code: str) -> None:
    """The error names the secret and the code, its cause is the client's error."""
    with pytest.raises(CredentialsUnavailable) as caught:
        load_key_pair(Broken(error), SECRET_ID)  # type: ignore[arg-type] # a fake

    assert f"the secret {SECRET_ID} cannot be read ({code})" in str(caught.value)
    assert caught.value.__cause__ is error
