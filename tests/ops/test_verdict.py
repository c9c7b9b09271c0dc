"""status: what it says will happen, and which command it names, for each ending."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from local.authgear import Fault, User
from local.demo.bad_files import TEXT
from local.paths import PICTURES
from tests.fakes.aws_calls import answer_calls
from tests.ops.conftest import NAME, Ops
from tests.ops.stack import LOG_GROUP, SCHEDULE
from tests.ops.test_status import write_log

PHOTO = (PICTURES / "rocket.jpg").read_bytes()
OTHER = (PICTURES / "coffee.png").read_bytes()
PLACE = f"--stack {NAME} --region us-east-1"
BY_RESYNC = f"The next resync does it: {SCHEDULE}, in UTC."


def key_of(user: User) -> str:
    """Return the key of the user's object."""
    return f"pictures/{user.id}.jpg"


def judge(ops: Ops, user: User, *options: str) -> tuple[bool, str, str, str]:
    """Return what status says: whether in sync, finding, outlook, remedy."""
    status, found = ops.json("status", user.id, *options)
    assert status == int(not found["in_sync"])
    return found["in_sync"], found["verdict"], found["outlook"], found["remedy"]


def judge_stack(ops: Ops, user: User) -> tuple[bool, str, str, str]:
    """Return what status says of a user of the stack."""
    return judge(ops, user, "--stack", NAME)


def show(ops: Ops, user: User, picture: str) -> None:
    """Let Authgear show another picture of a user, or none."""
    attributes = {**user.record.standard_attributes, "picture": picture}
    if not picture:
        del attributes["picture"]
    record = replace(user.record, standard_attributes=attributes)
    ops.system.authgear.users.commit({user.id: record})


@contextmanager
def without_schedule(ops: Ops) -> Iterator[None]:
    """Let the stack have no schedule."""
    found = ops.aws.cloudformation.describe_stacks(StackName=NAME)["Stacks"][0]
    parameters = [{"ParameterKey": "ResyncSchedule", "ParameterValue": ""}]
    changed: Any = {"Stacks": [{**found, "Parameters": parameters}]}
    forget = answer_calls(ops.aws.cloudformation, "DescribeStacks", lambda _: changed)
    try:
        yield
    finally:
        forget()


def test_a_picture_that_is_shown(ops: Ops, user: User) -> None:
    """There is nothing to do, and nothing is said of it."""
    ops.system.put(key_of(user), PHOTO)
    ops.run("sync", user.id)

    found = judge_stack(ops, user)

    assert found == (True, f"In sync: Authgear shows {key_of(user)}.", "", "")


def test_an_older_picture_that_is_shown(ops: Ops, user: User) -> None:
    """A newer file without a picture leaves the older one."""
    ops.system.put(key_of(user), PHOTO)
    ops.run("sync", user.id)
    time.sleep(1.1)  # S3's times are whole seconds
    ops.system.put(f"pictures/{user.id}.txt", TEXT)

    is_fine, finding, _, _ = judge_stack(ops, user)

    assert is_fine
    assert finding == f"In sync: Authgear shows {key_of(user)}."


def test_a_new_object(ops: Ops, user: User) -> None:
    """The resync sets it, and one command does at once."""
    ops.system.put(key_of(user), PHOTO)

    is_fine, finding, outlook, remedy = judge_stack(ops, user)

    assert not is_fine
    assert "the picture would be set" in finding
    assert key_of(user) in finding
    assert outlook == BY_RESYNC
    assert remedy == f"To do it now, run: ops sync {user.id} {PLACE}"


def test_the_command_that_is_named_works(ops: Ops, user: User) -> None:
    """After it the user is in sync."""
    ops.system.put(key_of(user), PHOTO)
    _, _, outlook, remedy = judge(ops, user)

    ops.run(*remedy.partition("run: ops ")[2].split())

    assert outlook == "The next resync does it, if the stack has a schedule."
    assert judge(ops, user)[0]


def test_a_new_object_without_a_schedule(ops: Ops, user: User) -> None:
    """Nobody waits for a resync that never comes."""
    ops.system.put(key_of(user), PHOTO)

    with without_schedule(ops):
        _, _, outlook, _ = judge_stack(ops, user)

    assert outlook == "Nothing does it by itself: ResyncSchedule is empty."


def test_an_object_whose_last_try_failed(ops: Ops, user: User) -> None:
    """The retry queue comes before the resync."""
    ops.system.put(key_of(user), PHOTO)
    line = {
        "outcome": "failed",
        "reason": "authgear-timeout",
        "detail": "late",
        "key": key_of(user),
    }
    stream = write_log(ops, json.dumps(line))

    _, _, outlook, _ = judge_stack(ops, user)
    ops.changes["now"] = lambda: time.time() + 90_000
    _, _, later, _ = judge_stack(ops, user)
    # moto finds every user's lines.
    ops.aws.logs.delete_log_stream(logGroupName=LOG_GROUP, logStreamName=stream)

    assert outlook.startswith("The last try failed (authgear-timeout); it is repeated")
    assert later == BY_RESYNC


def test_a_picture_that_was_changed_in_authgear(ops: Ops, user: User) -> None:
    """By default the bucket wins with the next resync."""
    ops.system.put(key_of(user), PHOTO)
    ops.run("sync", user.id)
    show(ops, user, "https://example.com/me.png")

    is_fine, finding, outlook, _ = judge_stack(ops, user)

    assert not is_fine
    assert "from an image that is uploaded already" in finding
    assert outlook == BY_RESYNC


def test_a_picture_of_other_settings(ops: Ops, user: User) -> None:
    """No resync makes it anew: the operator decides about all users."""
    ops.system.put(key_of(user), PHOTO)
    ops.run("sync", user.id)

    with ops.variables(PICTURE_SIZE="300"):
        is_fine, _, outlook, remedy = judge_stack(ops, user)

    assert not is_fine
    assert outlook == "No resync does it, because the settings were changed."
    assert f"ops sync {user.id} {PLACE}\n" in remedy
    assert remedy.endswith(f"run: ops backfill {PLACE}")


@pytest.mark.parametrize("overwrite", ["keep-own", "if-empty"])
def test_a_picture_of_the_user_s_own(ops: Ops, user: User, overwrite: str) -> None:
    """The policy keeps it: that is in order, and nothing happens."""
    ops.system.put(key_of(user), PHOTO)
    show(ops, user, "https://example.com/me.png")

    with ops.variables(OVERWRITE=overwrite):
        is_fine, finding, outlook, remedy = judge_stack(ops, user)

    assert is_fine
    assert "picture of their own" in finding
    assert outlook == "Nothing will happen: that is what OVERWRITE says."
    assert remedy == ""


def test_a_picture_that_the_user_removed(ops: Ops, user: User) -> None:
    """With keep-own the next newer object becomes the picture."""
    ops.system.put(key_of(user), PHOTO)
    ops.environment = {**ops.environment, "OVERWRITE": "keep-own"}
    ops.run("sync", user.id)
    show(ops, user, "")

    is_fine, finding, outlook, _ = judge(ops, user)

    assert is_fine
    assert "removed in Authgear" in finding
    assert outlook == "The next newer object becomes the picture."


@pytest.mark.parametrize("is_known", [False, True], ids=["new", "known"])
def test_a_file_that_is_no_picture(ops: Ops, user: User, *, is_known: bool) -> None:
    """It takes another file, whether or not the tag already says so."""
    ops.system.put(key_of(user), TEXT)
    if is_known:
        ops.run("sync", user.id)

    is_fine, finding, outlook, remedy = judge_stack(ops, user)

    assert not is_fine
    assert finding.startswith(f"{key_of(user)}: ")
    assert outlook == "Nothing will happen until there is another file."
    assert remedy.startswith("Upload a picture in one of these formats.\n")
    assert remedy.endswith(f"run: ops sync {user.id} --again {PLACE}")


def test_an_update_that_a_hook_forbids(ops: Ops, user: User) -> None:
    """The tag settles it: only --again tries it once more."""
    ops.system.put(key_of(user), PHOTO)
    ops.system.authgear.faults.add(Fault(step="update", hook="deny"))
    ops.run("sync", user.id)

    before = judge_stack(ops, user)
    ops.run("sync", user.id)
    same = judge_stack(ops, user)
    ops.run("sync", user.id, "--again")

    assert before == same
    is_fine, finding, outlook, remedy = before
    assert not is_fine
    assert "hook" in finding
    assert outlook == "Nothing will happen by itself."
    assert "Change the hook so that it allows the update" in remedy
    assert remedy.endswith(f"ops sync {user.id} --again {PLACE}")
    assert judge_stack(ops, user)[0]


def test_a_user_without_objects(ops: Ops, user: User) -> None:
    """Nothing happens before there is one."""
    is_fine, finding, outlook, remedy = judge_stack(ops, user)

    assert not is_fine
    assert finding == "The bucket has no picture of this user."
    assert outlook == "Nothing will happen until there is one."
    assert "Put a picture into the bucket" in remedy


def test_a_user_whose_picture_is_to_be_removed(ops: Ops, user: User) -> None:
    """A resync lists objects: it never finds a user without any."""
    ops.system.put(key_of(user), PHOTO)
    ops.run("sync", user.id)
    ops.aws.s3.delete_object(Bucket=ops.system.bucket, Key=key_of(user))

    with ops.variables(REMOVE_ON_DELETE="true"):
        is_fine, finding, outlook, remedy = judge_stack(ops, user)
        show(ops, user, "")
        after = judge_stack(ops, user)

    assert not is_fine
    assert finding == "Not in sync: the picture would be removed."
    assert outlook == "It happens with the next report or event of this user."
    assert remedy == f"To do it now, run: ops sync {user.id} {PLACE}"
    assert after[:2] == (True, "The user has no object left, and no picture either.")


def test_a_user_whom_authgear_does_not_have(ops: Ops, user: User) -> None:
    """A later resync finds the user."""
    ops.system.put(key_of(user), PHOTO)
    ops.system.authgear.users.commit({user.id: None})

    is_fine, finding, outlook, remedy = judge_stack(ops, user)

    assert not is_fine
    assert "no such user" in finding
    assert outlook == (
        f"Once Authgear has the user: the next resync does it: {SCHEDULE}, in UTC."
    )
    assert remedy.startswith("Check the id")


def test_a_look_that_fails(ops: Ops, user: User) -> None:
    """Whether the user is in sync is not known; doctor finds the cause."""
    ops.system.put(key_of(user), PHOTO)
    ops.system.authgear.faults.add(Fault(step="read", status=502, times=None))

    is_fine, _, outlook, remedy = judge_stack(ops, user)

    assert not is_fine
    assert outlook == "It is not known whether the user is in sync."
    assert remedy == f"Run: ops doctor {PLACE}"


def test_the_command_stands_in_one_line(ops: Ops, user: User) -> None:
    """However narrow the terminal, it can be pasted."""
    ops.system.put(key_of(user), PHOTO)

    _, text = ops.run("status", user.id, "--stack", NAME, width=40)

    assert f"\nTo do it now, run: ops sync {user.id} {PLACE}\n" in text
