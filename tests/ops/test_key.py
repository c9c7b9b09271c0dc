"""put-key: a key is stored if Authgear takes it, and shown nowhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.fakes.aws_calls import answer_calls
from tests.fakes.key_pair import make_key_pair
from tests.ops.conftest import Ops


def stored(ops: Ops) -> dict[str, str]:
    """Return what the secret holds."""
    secret_id = ops.environment["AUTHGEAR_SECRET_ID"]
    answer = ops.aws.secrets.get_secret_value(SecretId=secret_id)
    content: dict[str, str] = json.loads(answer["SecretString"])
    return content


def test_put_key_from_a_file_rotates(ops: Ops, tmp_path: Path) -> None:
    """A new key that Authgear takes replaces the old one, and doctor is fine."""
    ops.system.authgear.rotate_key()
    file = tmp_path / "key.pem"
    file.write_text(ops.system.authgear.key_pair.private_key)

    status, text = ops.run(
        "put-key", str(file), "--key-id", ops.system.authgear.key_pair.key_id
    )

    assert status == 0, text
    assert stored(ops) == {
        "key_id": ops.system.authgear.key_pair.key_id,
        "private_key": ops.system.authgear.key_pair.private_key,
    }
    assert ops.run("doctor")[0] == 0


def test_put_key_from_standard_input_makes_the_first_secret(
    ops: Ops,
) -> None:
    """Where there is no secret yet, one of the setting's name is made."""
    ops.environment = {**ops.environment, "AUTHGEAR_SECRET_ID": "brand-new"}
    key_id, key = (
        ops.system.authgear.key_pair.key_id,
        ops.system.authgear.key_pair.private_key,
    )

    status, text = ops.run("put-key", "-", "--key-id", key_id, text=key)

    assert status == 0, text
    assert stored(ops)["private_key"] == key


@pytest.mark.parametrize("mistake", ["key", "key-id"])
def test_put_key_that_authgear_refuses_is_not_stored(ops: Ops, mistake: str) -> None:
    """The key that works stays where it is."""
    before = stored(ops)
    pair = make_key_pair("other")
    is_id = mistake == "key-id"
    key_id = pair.key_id if is_id else ops.system.authgear.key_pair.key_id
    key = ops.system.authgear.key_pair.private_key if is_id else pair.private_key

    status, text = ops.run("put-key", "-", "--key-id", key_id, text=key)

    assert status == 1
    assert "Nothing was stored" in text
    assert key.splitlines()[1] not in text
    assert stored(ops) == before


@pytest.mark.parametrize("content", ["CANARY-no-pem", ""], ids=["text", "empty"])
def test_put_key_of_no_key_is_used_wrongly(ops: Ops, content: str) -> None:
    """A file without a key is reported as such, without its content."""
    status, text = ops.run("put-key", "-", "--key-id", "k", text=content)

    assert status == 2
    assert "not an RSA private key" in text
    assert "CANARY" not in text


def test_put_key_takes_no_key_as_an_argument(ops: Ops) -> None:
    """Arguments of a command line are visible to everybody on the machine."""
    status, _ = ops.run("put-key", "-----BEGIN-CANARY", "--key-id", "k")

    assert status == 2


def test_put_key_keeps_what_else_the_secret_holds(ops: Ops) -> None:
    """Fields of the operator's own stay as they are."""
    secret_id = ops.environment["AUTHGEAR_SECRET_ID"]
    old = {"key_id": "old", "private_key": "old", "owner": "team", "tags": ["a"]}
    ops.aws.secrets.put_secret_value(SecretId=secret_id, SecretString=json.dumps(old))
    key_id, key = (
        ops.system.authgear.key_pair.key_id,
        ops.system.authgear.key_pair.private_key,
    )

    status, text = ops.run("put-key", "-", "--key-id", key_id, text=key)

    assert status == 0, text
    assert stored(ops) == {**old, "key_id": key_id, "private_key": key}


def test_put_key_that_cannot_read_the_secret_stores_nothing(ops: Ops) -> None:
    """If the command cannot read the secret, it does not overwrite it."""
    before = stored(ops)
    key_id, key = (
        ops.system.authgear.key_pair.key_id,
        ops.system.authgear.key_pair.private_key,
    )

    def deny(_: dict[str, Any]) -> dict[str, Any]:
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "GetSecretValue")

    forget = answer_calls(ops.aws.secrets, "GetSecretValue", deny)
    status, text = ops.run("put-key", "-", "--key-id", key_id, text=key)
    forget()

    assert status == 1
    assert "the right to GetSecretValue" in text
    assert stored(ops) == before
