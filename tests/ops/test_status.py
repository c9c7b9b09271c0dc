"""status: one user, seen from three sides."""

from __future__ import annotations

import json
import re
import time

import pytest

from local.authgear import User
from local.paths import PICTURES
from ops.user.status import size_text
from tests.ops.conftest import NAME, Ops
from tests.ops.stack import LOG_GROUP

PHOTO = (PICTURES / "rocket.jpg").read_bytes()


def write_log(ops: Ops, *messages: str) -> str:
    """Write lines as the function does; return the name of their stream."""
    stream = f"stream-{time.monotonic_ns()}"
    ops.aws.logs.create_log_stream(logGroupName=LOG_GROUP, logStreamName=stream)
    now = int(time.time() * 1000)
    ops.aws.logs.put_log_events(
        logGroupName=LOG_GROUP,
        logStreamName=stream,
        logEvents=[{"timestamp": now, "message": it} for it in messages],
    )
    return stream


def test_status_of_a_user_in_step(ops: Ops, user: User) -> None:
    """Bucket, Authgear and the log agree, and the exit status says so."""
    key = f"pictures/{user.id}.jpg"
    ops.system.put(key, PHOTO)
    ops.run("sync", user.id)
    line = {
        "outcome": "synced",
        "reason": "picture-set",
        "detail": "shown",
        "key": key,
        "previous_object_id": "the-one-before",
    }
    write_log(ops, json.dumps(line), f"no json about {user.id}")

    status, found = ops.json("status", user.id, "--stack", NAME)
    _, text = ops.run("status", user.id, "--stack", NAME, width=60)

    assert status == 0, found
    assert found["in_sync"] is True
    assert found["objects"][0]["tag"] == found["authgear"]["object_id"]
    assert [it["reason"] for it in found["log"]] == ["picture-set"]
    assert found["log"][0]["previous_object_id"] == "the-one-before"
    assert max(map(len, text.splitlines())) <= 60
    assert len(re.findall(r"\d\d:\d\d:\d\d UTC", text)) == 2
    assert f"{len(PHOTO) / 1000:.1f} kB" in text
    assert "before:" in text
    assert "the-one-before" in text
    assert "In sync" in text
    assert "Ada" not in text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (34_494_549, "34.5 MB")],
)
def test_sizes_have_a_unit(count: int, text: str) -> None:
    """Nobody counts digits."""
    assert size_text(count) == text


def test_status_of_an_object_that_was_not_applied(ops: Ops, user: User) -> None:
    """The finding is the picture that the bucket has and Authgear does not show."""
    ops.run("sync", str(PICTURES / "coffee.png"), "--user", user.id)
    ops.system.put(f"pictures/{user.id}.jpg", PHOTO)

    status, text = ops.run("status", user.id)

    assert status == 1
    assert "Not in sync" in text
    assert "tag: none" in text


def test_status_of_an_unknown_user(ops: Ops) -> None:
    """The objects are still shown: they are why the operator asks."""
    user_id = "00000000-0000-4000-8000-00000000000a"
    ops.system.put(f"pictures/{user_id}.jpg", PHOTO)

    status, text = ops.run("status", user_id)

    assert status == 1
    assert "no such user" in text
    assert "00000000000a" in text
