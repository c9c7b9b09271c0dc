"""ops put-key: store the Admin API's key pair as the function's secret."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import ClientError

from authgear import KeyPair
from ops.aws import read_object
from ops.deployment import Deployment
from ops.doctor.authgear_checks import KEY_REMEDY, AuthgearChecks
from ops.doctor.check import State
from ops.doctor.settings_checks import is_rsa_key
from ops.problem import USAGE, Problem, code_of
from ops.session import JSONOption, Session, StackOption

LARGEST_KEY = 20_000  # bytes; one of 4096 bits has 3,300
TRIED = ("endpoint", "clock", "key-accepted")
OTHER_KEY = (
    "Compare app id, key id and file with the portal, Advanced > Admin API: the key id "
    "must be the one shown next to this key."
)


def put_key(
    context: typer.Context,
    key_id: Annotated[
        str,
        typer.Option(
            "--key-id", metavar="ID", help="The key's id, as the portal shows it."
        ),
    ],
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="The PEM file from the portal; - is standard input."
        ),
    ],
    stack: StackOption = "",
    as_json: JSONOption = False,
) -> None:
    """
    Store a key of the Admin API.

    It is stored only if Authgear accepts it; other fields of the secret stay. To
    rotate: make a second key in the portal, store it with this command, run `ops
    doctor`, and delete the first key in the portal only if doctor finds no problem.
    Both are valid in between, and the function reads the new one by itself.
    """
    session = Session.of(context)
    deployment = Deployment.find(session, stack)
    pair = KeyPair(key_id=key_id, private_key=_read(file))
    if not as_json:
        session.say(deployment.describe())
    _try(session, deployment, pair)
    secret_id = deployment.settings.authgear_secret_id
    _store(session, secret_id, pair)
    if as_json:
        session.print_json({"secret": secret_id, "key_id": key_id, "stored": True})
        return
    session.say(f"Authgear takes key {key_id}, and {secret_id} holds it now.")
    session.say("Any older key can be deleted in the portal once doctor is fine.")


def _read(file: str) -> str:
    """Return a private key, from a file or standard input."""
    try:
        if file == "-":
            text = sys.stdin.read(LARGEST_KEY)
        else:
            with Path(file).open(encoding="ascii") as stream:
                text = stream.read(LARGEST_KEY)
    except (OSError, ValueError):
        what = f"{file} cannot be read as a PEM file."
        # The cause's text may quote the file.
        raise Problem(what, status=USAGE) from None
    if not is_rsa_key(text):
        what = "This is not an RSA private key in PEM form."
        remedy = "Download it in the portal, Advanced > Admin API."
        raise Problem(what, remedy, status=USAGE)
    return text


def _try(session: Session, deployment: Deployment, pair: KeyPair) -> None:
    """
    Sign in with the key, before anything is stored.

    Raises:
        Problem: Authgear does not take it.
    """
    checks = AuthgearChecks(
        settings=deployment.settings,
        key_pair=pair,
        now=session.now,
        sleep=session.sleep,
    )
    for name in TRIED:
        check = checks.look(name)
        if check.state not in (State.FINE, State.WARNING):
            what = f"Nothing was stored. {check.name}: {check.finding}"
            raise Problem(what, check.remedy.replace(KEY_REMEDY, OTHER_KEY))


def _store(session: Session, secret_id: str, pair: KeyPair) -> None:
    """
    Store the key pair, in a new secret if no secret has this name.

    Other fields of the secret's JSON object stay.
    """
    secrets = session.aws.secrets
    content = {"key_id": pair.key_id, "private_key": pair.private_key}
    try:
        answer = secrets.get_secret_value(SecretId=secret_id)
        # A secret that is not a JSON object has no fields to keep.
        stored = read_object(answer.get("SecretString", ""))
        secrets.put_secret_value(
            SecretId=secret_id, SecretString=json.dumps(stored | content)
        )
    except ClientError as error:
        is_missing = code_of(error) == "ResourceNotFoundException"
        if not is_missing:
            raise
        _create_or_fill(session, secret_id, json.dumps(content))


def _create_or_fill(session: Session, secret_id: str, content: str) -> None:
    """Store the first value of a secret, which may have been created without one."""
    secrets = session.aws.secrets
    try:
        secrets.put_secret_value(SecretId=secret_id, SecretString=content)
    except ClientError as error:
        is_missing = code_of(error) == "ResourceNotFoundException"
        if not is_missing or secret_id.startswith("arn:"):
            raise
        secrets.create_secret(Name=secret_id, SecretString=content)
