"""Doctor of settings, secret and Authgear: whole, and broken in each way."""

from __future__ import annotations

import json
import time

import pytest

from local.authgear import Fault
from ops.deployment import Deployment, Stack
from ops.doctor.settings_checks import check_prefix
from ops.session import Session
from tests.ops.conftest import NAME, Ops
from tests.ops.doctor import wrong


def test_doctor_of_a_whole_stack_finds_nothing(ops: Ops) -> None:
    """Every check is there, none is wrong."""
    status, found = ops.json("doctor", "--stack", NAME)

    assert status == 0, found
    assert [it["name"] for it in found["checks"]] == [
        "settings",
        "prefix",
        "secret",
        "clock",
        "endpoint",
        "key-accepted",
        "upload-origin",
        "app-id",
        "users",
        "image-store",
        "bucket",
        "function",
        "trigger",
        "role",
        "retries",
        "dead-letters",
    ]
    assert {it["state"] for it in found["checks"]} <= {"fine", "unknown"}


def test_doctor_of_the_environment_needs_no_stack(ops: Ops) -> None:
    """Settings of this machine are looked at in the same way."""
    assert wrong(ops) == {}


def test_doctor_is_readable_in_a_narrow_terminal(ops: Ops) -> None:
    """Nothing is cut off, no line is too long, and there is no colour in a file."""
    status, text = ops.run("doctor", "--stack", NAME, width=40)

    assert status == 0
    assert max(map(len, text.splitlines())) <= 40
    assert "…" not in text
    assert "\x1b" not in text
    assert "Nothing is wrong" in text


def test_doctor_names_every_wrong_setting(ops: Ops) -> None:
    """All problems at once, each with its variable."""
    ops.environment = {**ops.environment, "PICTURE_SIZE": "9", "OVERWRITE": "no"}

    status, text = ops.run("doctor")

    assert status == 1
    assert "PICTURE_SIZE must be" in text
    assert "OVERWRITE must be" in text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("no json", "no JSON object"),
        (json.dumps({"key_id": "k", "private_key": "pem"}), "not an RSA key"),
    ],
    ids=["no-json", "no-key"],
)
def test_doctor_names_a_broken_secret(ops: Ops, content: str, said: str) -> None:
    """The secret is looked at before Authgear is."""
    secret_id = ops.environment["AUTHGEAR_SECRET_ID"]
    ops.aws.secrets.put_secret_value(SecretId=secret_id, SecretString=content)

    checks = wrong(ops)

    assert list(checks) == ["secret"]
    assert said in checks["secret"]["finding"]


def test_doctor_names_a_secret_that_is_not_there(ops: Ops) -> None:
    """A mistyped name is told with AWS's own code."""
    ops.environment = {**ops.environment, "AUTHGEAR_SECRET_ID": "nowhere"}

    assert "ResourceNotFound" in wrong(ops)["secret"]["finding"]


def test_doctor_names_a_wrong_app_id(ops: Ops) -> None:
    """Authgear says no more than 403: app id and key are what to compare."""
    ops.environment = {**ops.environment, "AUTHGEAR_APP_ID": "other"}

    checks = wrong(ops)

    assert list(checks) == ["key-accepted"]
    assert "app id" in checks["key-accepted"]["remedy"]


def test_doctor_names_a_key_that_is_not_taken(ops: Ops) -> None:
    """A key that was deleted in the portal is no key."""
    ops.system.authgear.rotate_key()

    assert list(wrong(ops)) == ["key-accepted"]


def test_doctor_names_an_endpoint_where_nobody_answers(ops: Ops) -> None:
    """A wrong address is told as such, and nothing else is blamed."""
    ops.environment = {**ops.environment, "AUTHGEAR_ENDPOINT": "http://127.0.0.1:9"}

    assert list(wrong(ops)) == ["endpoint"]


def test_doctor_names_an_endpoint_that_is_no_authgear(ops: Ops) -> None:
    """Something else that answers is told from an Authgear."""
    page = Fault(step="presign", status=404, body=b"<html>", times=None)
    ops.system.authgear.faults.add(page)

    assert list(wrong(ops)) == ["endpoint"]


def test_doctor_names_clocks_that_differ(ops: Ops) -> None:
    """Ten minutes are too many for tokens."""
    ops.changes["now"] = lambda: time.time() + 600

    checks = wrong(ops)

    assert " s ahead of" in checks["clock"]["finding"]


def test_doctor_names_upload_urls_of_another_origin(ops: Ops) -> None:
    """A proxy that hides the host from Authgear is found."""
    url = "http://127.0.0.1:1/_images/demo/00000000-0000-4000-8000-000000000000"
    body = json.dumps({"result": {"upload_url": url}}).encode()
    ops.system.authgear.faults.add(Fault(step="presign", body=body, times=None))

    assert list(wrong(ops)) == ["upload-origin"]


@pytest.mark.parametrize("upload", [(), ("--upload",)], ids=["look", "upload"])
def test_doctor_names_a_missing_image_store(ops: Ops, upload: tuple[str, ...]) -> None:
    """It is found by a look, without an upload."""
    ops.system.authgear.images.available = False

    assert list(wrong(ops, *upload)) == ["image-store"]


def test_doctor_uploads_only_if_told_to(ops: Ops) -> None:
    """What is uploaded stays public for ever."""
    before = len(ops.system.authgear.images)

    ops.run("doctor")
    without = len(ops.system.authgear.images)
    ops.run("doctor", "--upload")

    assert (without, len(ops.system.authgear.images)) == (before, before + 1)


def test_doctor_names_a_missing_bucket(ops: Ops) -> None:
    """A mistyped bucket is told."""
    ops.environment = {**ops.environment, "BUCKET_NAME": "no-such-bucket"}

    assert "no bucket" in wrong(ops)["bucket"]["finding"]


def test_doctor_names_a_prefix_beside_the_pattern(ops: Ops) -> None:
    """A stack whose prefix is not the pattern's is told before it is wondered at."""
    stack = Stack.read(ops.aws, NAME)
    settings = Deployment.find(
        Session(environment=ops.environment, aws=ops.aws), ""
    ).settings
    changed = Stack(
        name=NAME,
        parameters={"KeyPattern": "faces/{user_id}.*"},
        outputs=stack.outputs,
        function=stack.function,
    )

    check = check_prefix(settings, changed)

    assert check.state == "wrong"
    assert "'faces/'" in check.finding
