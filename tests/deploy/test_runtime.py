"""The built package behind Lambda's own runtime interface."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.authgear import Fault
from local.sam.invoke import KEY, USER_ID, create_user, put_sample
from local.system import BUCKET, LocalSystem
from tests.deploy.runtime import Runtime
from tests.deploy.sam import ROOT
from tests.fakes.moto_server import start_servers

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the runtime interface emulator is for Linux"
)

EVENTS = sorted((ROOT / "events").glob("*.json"))
# The emulator's own lines, of the same form as Lambda's where its logs are text.
EMULATOR = ("START RequestId:", "END RequestId:", "REPORT RequestId:")


@pytest.fixture(scope="module")
def system() -> Iterator[LocalSystem]:
    """Run an Authgear and an S3 with the user and the picture of the events."""
    with start_servers() as system:
        create_user(system)
        put_sample(system)
        yield system


@pytest.fixture(scope="module")
def runtime(
    host_package: Path, system: LocalSystem, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Runtime]:
    """Run the package."""
    folder = tmp_path_factory.mktemp("runtime")
    with Runtime.start(host_package, system.environment(), folder) as runtime:
        yield runtime


def load_event(name: str) -> Any:
    """Return an event by its file's name."""
    return json.loads((ROOT / "events" / name).read_text())


def test_runtime_new_picture_is_set(runtime: Runtime, system: LocalSystem) -> None:
    """An S3 event gives the user the picture, and the answer says so."""
    answer = runtime.invoke(load_event("s3-put.json"))

    entry = answer["objects"][0]
    assert (entry["outcome"], entry["reason"]) == ("synced", "picture-set")
    assert (entry["bucket"], entry["key"]) == (BUCKET, KEY)
    user = system.authgear.users.get(USER_ID)
    assert user.picture_object_id == entry["object_id"]


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_runtime_every_event_is_understood(runtime: Runtime, path: Path) -> None:
    """The caller gets the answer that it expects, after the picture is set."""
    answer = runtime.invoke(load_event(path.name))

    if path.name.startswith("batch"):
        assert answer["results"][0]["resultCode"] == "Succeeded"
        assert "in-sync" in answer["results"][0]["resultString"]
        return
    reason = "test-event" if path.stem == "s3-test-event" else "in-sync"
    assert [entry["reason"] for entry in answer["objects"]] == [reason]
    assert answer.get("batchItemFailures", []) == []
    assert ("batchItemFailures" in answer) == ("sqs" in path.stem)


def test_runtime_failure_is_raised_to_s3(runtime: Runtime, system: LocalSystem) -> None:
    """The invocation fails, so that Lambda repeats it; the error holds no secret."""
    system.authgear.faults.add(Fault(step="read", status=502, times=None))

    try:
        answer = runtime.invoke(load_event("s3-put.json"))
    finally:
        system.authgear.faults.clear()

    assert answer["errorType"] == "PicturesFailed"
    assert answer["errorMessage"] == "1 of 1 objects failed: authgear-unavailable"


def test_runtime_log_is_json_lines(runtime: Runtime, system: LocalSystem) -> None:
    """Each line that the function writes is JSON, and none holds a secret."""
    runtime.invoke(load_event("s3-put.json"))

    lines = [line for line in runtime.log.splitlines() if line]
    records = [json.loads(line) for line in lines if not line.startswith(EMULATOR)]
    assert {"object reconciled"} <= {record.get("message") for record in records}
    assert any("_aws" in record for record in records)
    assert "PRIVATE KEY" not in runtime.log
    assert "eyJ" not in runtime.log  # how a token begins
    assert "Ada Lovelace" not in runtime.log
