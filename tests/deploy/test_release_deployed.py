"""
The archive of a release, deployed with only the commands of its README.

SAM and the AWS command line are real. The archive is the true one, except what
MiniStack does not support in its template. MiniStack runs functions with this machine's
Python, for which the deployed package is not built: where a picture is set,
`function.zip` is one for this machine.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from PIL import Image

from local.authgear import Authgear
from local.aws import LocalAWS
from local.aws.ministack import start_ministack
from local.aws.package import host_architecture, pack
from local.aws.stack import Stack
from local.aws.template import DIFFERENCES, adapt
from local.loopback import fetch
from local.paths import PICTURES
from local.sample_users import create_person
from tests.deploy.conftest import BUILT, build_or_skip
from tests.docs.commands import read_commands
from tests.docs.system.checkout import Terminal, environment_of
from tests.e2e.waiting import wait_until
from tools.release import README, Release, write_archive

RELEASE = Release(notes="- A change.\n", time=datetime(2026, 11, 26, tzinfo=UTC))
BUCKET = "new-example"
ENDPOINT = "https://example.authgear.cloud"
NAME = "authgear-profile-pictures"
# All commands of the README, in their order: a new one must be run here too.
COMMANDS = [command.text for command in read_commands(README)]
CHECK, MAKE_FILE, MAKE_SECRET, FORGET, DEPLOY, GUIDED, GIVE, *OTHERS = COMMANDS
CHANGE, UPDATE, DELETE = OTHERS


@dataclass(frozen=True, kw_only=True)
class Desk:
    """
    The unpacked archive in front of its reader.

    Args:
        terminal: In its folder.

        aws: MiniStack.

        authgear: The Authgear emulator.
    """

    terminal: Terminal
    aws: LocalAWS
    authgear: Authgear

    def make_secret(self) -> str:
        """Store the key pair as the README says; return the secret's ARN."""
        (self.terminal.folder / "key.pem").write_text(
            self.authgear.key_pair.private_key
        )
        self.terminal.run(MAKE_FILE)
        arn: str = json.loads(self.terminal.run(MAKE_SECRET))
        self.terminal.run(FORGET)
        return arn

    def deploy(self, endpoint: str) -> Stack:
        """Deploy with the README's one command, and the reader's values in it."""
        command = DEPLOY.replace("SECRET_ARN", self.make_secret())
        command = command.replace(ENDPOINT, endpoint)
        command = command.replace("AppId=example", f"AppId={self.authgear.app_id}")
        self.terminal.run(command, "y\n")
        return Stack(self.aws, NAME)


@pytest.fixture(scope="module")
def archive(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return the archive for this machine, unpacked."""
    machine, folder = host_architecture(), tmp_path_factory.mktemp("release")
    template = build_or_skip(request, BUILT[machine])
    packed = write_archive(RELEASE, machine, template, folder)
    with ZipFile(packed) as files:
        files.extractall(folder)
    return packed.with_suffix("")


@pytest.fixture
def desk(archive: Path, tmp_path: Path) -> Iterator[Desk]:
    """Return a copy of the archive, with an account in which nothing exists."""
    folder = tmp_path / "archive"
    shutil.copytree(archive, folder)
    with start_ministack() as aws, Authgear.start() as authgear:
        values = {"KEY_ID": authgear.key_pair.key_id, "NEW_BUCKET": BUCKET}
        terminal = Terminal(folder, environment_of(aws), values)
        terminal.run(CHECK)
        template = adapt((folder / "template.yaml").read_text(), DIFFERENCES)
        (folder / "template.yaml").write_text(json.dumps(template))
        shutil.copy(PICTURES / "rocket.jpg", folder / "picture.jpg")
        yield Desk(terminal=terminal, aws=aws, authgear=authgear)


def uploads(aws: LocalAWS) -> list[bytes]:
    """Return what SAM has uploaded into its own bucket."""
    names = [it["Name"] for it in aws.s3.list_buckets()["Buckets"]]
    (bucket,) = [name for name in names if name.startswith("aws-sam-cli-managed")]
    keys = [it["Key"] for it in aws.s3.list_objects_v2(Bucket=bucket)["Contents"]]
    return [aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys]


def test_archive_is_deployed_as_it_is(desk: Desk) -> None:
    """Both packages arrive byte for byte, and the function runs the first of them."""
    stack = desk.deploy(ENDPOINT)

    uploaded = uploads(desk.aws)
    package = (desk.terminal.folder / "function.zip").read_bytes()
    assert stack.status == "CREATE_COMPLETE"
    assert package in uploaded
    assert (desk.terminal.folder / "hook-function.zip").read_bytes() in uploaded
    function = desk.aws.functions.get_function_configuration(
        FunctionName=stack.outputs["FunctionName"]
    )
    assert base64.b64decode(function["CodeSha256"]) == sha256(package).digest()
    assert function["Architectures"] == [host_architecture()]
    assert stack.variables["AUTHGEAR_ENDPOINT"] == ENDPOINT
    assert desk.aws.s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    assert not (desk.terminal.folder / "secret.json").exists()


def test_steps_of_the_readme_lead_to_a_picture(desk: Desk) -> None:
    """Deploy, update, change a setting, give a picture, remove: word for word."""
    user = create_person(desk.authgear, "Ada Lovelace")
    stack = desk.deploy(desk.authgear.endpoint)
    before = stack.variables

    pack(desk.terminal.folder / "function.zip")
    desk.terminal.run(UPDATE, "y\n")
    updated = stack.variables
    desk.terminal.run(CHANGE, "y\n")
    changed = stack.variables
    desk.terminal.run(GIVE.replace("USER_ID", user.id))
    wait_until(lambda: user.picture_object_id is not None)
    desk.terminal.run(DELETE, "y\ny\n")

    assert updated == before
    assert changed == before | {"PICTURE_SIZE": "256"}
    path = f"_images/{desk.authgear.app_id}/{user.picture_object_id}/original"
    with Image.open(BytesIO(fetch(f"{desk.authgear.endpoint}/{path}"))) as picture:
        assert picture.size == (256, 256)
    assert stack.status in ("", "DELETE_COMPLETE")
    assert desk.aws.s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 1


def test_guided_deployment_asks_for_the_settings(desk: Desk) -> None:
    """The other way needs four answers, and stores them for the next deployment."""
    answers = {
        "BucketName": BUCKET,
        "AuthgearEndpoint": ENDPOINT,
        "AuthgearAppId": "example",
        "AuthgearSecretArn": desk.make_secret(),
    }
    template = json.loads((desk.terminal.folder / "template.yaml").read_text())
    given = [answers.get(name, "") for name in template["Parameters"]]

    shown = desk.terminal.run(GUIDED, "\n".join(["", "", *given, *[""] * 6, "y", ""]))

    asked = re.findall(r"Parameter (\w+) \[", shown)
    assert asked == list(template["Parameters"])
    assert Stack(desk.aws, NAME).variables["BUCKET_NAME"] == BUCKET
    assert BUCKET in (desk.terminal.folder / "samconfig.toml").read_text()
