"""The Admin API's key pair, from one Secrets Manager secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from .access_token import KeyPair
from .errors import CredentialsUnavailable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


def load_key_pair(secrets_manager: SecretsManagerClient, secret_id: str) -> KeyPair:
    """
    Read the key pair.

    Args:
        secrets_manager: The client to read with.

        secret_id: Name or ARN of a secret that holds `key_id` and `private_key` (PEM)
            as a JSON object.

    Raises:
        CredentialsUnavailable: The secret cannot be read or is not of that form; the
            message names the secret, never its content.
    """
    try:
        answer = secrets_manager.get_secret_value(SecretId=secret_id)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "unknown error")
        raise _unavailable(secret_id, f"cannot be read ({code})") from error
    # AttributeError: the client takes any JSON for an object.
    except (AttributeError, BotoCoreError) as error:
        raise _unavailable(
            secret_id, f"cannot be read ({type(error).__name__})"
        ) from error
    content = _parse(answer.get("SecretString", ""))
    if not {"key_id", "private_key"} <= content.keys():
        form = "is not a JSON object with key_id and private_key"
        raise _unavailable(secret_id, form)
    key_id, private_key = content["key_id"], content["private_key"]
    if not (isinstance(key_id, str) and isinstance(private_key, str)):
        raise _unavailable(secret_id, "key_id and private_key must be strings")
    return KeyPair(key_id=key_id, private_key=private_key)


def _parse(text: Any) -> dict[str, Any]:
    """Return a text's JSON object, an empty one for anything else."""
    try:
        content = json.loads(text)
    except (RecursionError, TypeError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _unavailable(secret_id: str, problem: str) -> CredentialsUnavailable:
    """Return the error that names the secret."""
    return CredentialsUnavailable(
        step="token", detail=f"the secret {secret_id} {problem}"
    )
