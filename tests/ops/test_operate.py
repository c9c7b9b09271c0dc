"""Every `ops` of the documents, unchanged."""

from __future__ import annotations

import io
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from local.authgear import User
from local.paths import PICTURES, ROOT
from local.system import LocalSystem
from ops.cli import app
from tests.docs.commands import COMMANDS
from tests.docs.system.checkout import Checkout
from tests.fakes.aws_calls import answer_calls
from tests.ops.conftest import NAME, Ops

PAGE = (ROOT / "docs" / "operate.md").read_text()
SHOWN = [it.text for it in COMMANDS if it.program == "ops"]
# In a sentence a command's name stands for it.
NAMED = {text for text in SHOWN if len(text.split()) == 2}
RUN = [text for text in SHOWN if text not in NAMED]
WHOLE = {
    it.text
    for it in COMMANDS
    if it.text.startswith(("make ops ", ".venv/bin/python -m ops "))
}


@pytest.fixture
def folder(ops: Ops, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work in a folder with the files that the page speaks of."""
    photo = (PICTURES / "rocket.jpg").read_bytes()
    for name in ("picture.jpg", "a.jpg", "b.heic"):
        (tmp_path / name).write_bytes(photo)
    (tmp_path / "key.pem").write_text(ops.system.authgear.key_pair.private_key)
    monkeypatch.chdir(tmp_path)
    content = json.dumps({"objects": [{"next_after": ""}]}).encode()
    answer_calls(ops.aws.invoker, "Invoke", lambda _: {"Payload": io.BytesIO(content)})
    yield tmp_path
    ops.run("bulk", "resume", "--stack", NAME)


def test_page_shows_all_commands() -> None:
    """Each of them is explained, and none is named that does not exist."""
    names = {command.name for command in app.registered_commands}

    assert {text.split()[1] for text in RUN} == names
    assert {text.split()[1] for text in NAMED} <= names


@pytest.mark.parametrize("command", RUN)
def test_command_of_the_page_works(
    ops: Ops, user: User, folder: Path, command: str
) -> None:
    """It is understood, and ends with 0: none is used wrongly."""
    ops.run("sync", "a.jpg", "--user", user.id)
    values = {
        "STACK": NAME,
        "USER": user.id,
        "USER_ID": user.id,
        "EMAIL": user.standard_attributes()["email"],
        "profile-pictures-staging": NAME,
        "KEY_ID": ops.system.authgear.key_pair.key_id,
    }
    arguments = [values.get(word, word) for word in shlex.split(command)[1:]]

    status, text = ops.run(*arguments)

    # The bucket has no picture of the user: that is what status has to say.
    assert status == (1 if arguments[0] == "status" else 0), text


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize("command", sorted(WHOLE))
def test_whole_command_works(
    ops_system: LocalSystem, tmp_path: Path, command: str
) -> None:
    """The line that is copied from a document works at once, in a clean checkout."""
    environment = ops_system.aws.environment()
    checkout = Checkout(tmp_path / "checkout", environment, {"STACK": NAME})

    assert checkout.run(command)


def test_alarms_are_those_of_the_template() -> None:
    """The page explains every alarm."""
    text = re.sub(r"!\w+", "", (ROOT / "template.yaml").read_text())
    resources = yaml.safe_load(text)["Resources"]
    alarms = {
        name for name, it in resources.items() if it["Type"] == "AWS::CloudWatch::Alarm"
    }

    described = set(re.findall(r"^\| `(\w+Alarm)`", PAGE, re.M))

    assert alarms <= described
