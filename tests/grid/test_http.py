"""The same faults over real HTTP: the fakes of the grid are true to the emulator."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests

from function import CALL_RESERVE
from local.authgear import Authgear, Fault
from outcome import Reason
from tests.grid.faults import AUTHGEAR, AUTHGEAR_STEPS, Cell, Row
from tests.grid.stage import ATTRIBUTES, USER_ID, Stage, find_canaries

TOO_LONG = 20.0  # seconds; the server hangs and drips for longer
SHORT = 0.5  # seconds until the deadline of a run that meets a server that hangs
EMULATED = [
    pytest.param(row, step, cell, id=f"{row.name}-{step}")
    for row in AUTHGEAR
    if row.emulated
    for step, cell in row.cells(AUTHGEAR_STEPS)
]


@pytest.fixture(scope="module")
def server() -> Iterator[Authgear]:
    """Run one emulator with the user of the events."""
    with Authgear.start() as authgear:
        others = {k: v for k, v in ATTRIBUTES.items() if k != "email"}
        authgear.users.create(
            user_id=USER_ID, email=ATTRIBUTES["email"], standard_attributes=others
        )
        yield authgear


@pytest.fixture
def stage(server: Authgear) -> Iterator[Stage]:
    """
    Wire the function to the emulator; pauses between attempts take no time.

    The user has no picture: the mark of another test's would explain it.
    """
    remove_picture(server)
    secret = {
        "key_id": server.key_pair.key_id,
        "private_key": server.key_pair.private_key,
    }
    with requests.Session() as session:
        yield Stage(
            endpoint=server.endpoint,
            app_id=server.app_id,
            session=session,
            secret=json.dumps(secret),
            clock=time.monotonic,
            sleep=lambda seconds: None,
        )
    server.faults.clear()


def remove_picture(server: Authgear) -> None:
    """Take the user's picture away."""
    record = server.users.get(USER_ID).record
    attributes = {k: v for k, v in record.standard_attributes.items() if k != "picture"}
    changed = replace(record, standard_attributes=attributes)
    server.users.commit({USER_ID: changed})


def attributes(server: Authgear) -> dict[str, Any]:
    """Return the user's attributes, except the picture and the time of the update."""
    shown = server.users.get(USER_ID).standard_attributes()
    return {k: v for k, v in shown.items() if k not in ("picture", "updated_at")}


def add_fault(server: Authgear, step: str, **fault: Any) -> None:
    """Switch a fault on for a step, for good."""
    if step == "verify":
        # The first read passes: a fault that does nothing is met in its place.
        server.faults.add(Fault(step="read"))
    name: Any = "read" if step == "verify" else step
    server.faults.add(Fault(step=name, times=None, **fault))


@pytest.mark.parametrize(("row", "step", "cell"), EMULATED)
def test_fault_over_http(
    server: Authgear, stage: Stage, row: Row, step: str, cell: Cell
) -> None:
    """Result and number of tries are those of the list."""
    before = attributes(server)
    known = len(server.requests)
    add_fault(server, step, **row.emulated)

    stage.invoke()

    asked = [request.step for request in server.requests[known:]]
    tries = asked.count("read" if step == "verify" else step) - (step == "verify")
    assert (stage.record["reason"], tries) == (cell.reason, cell.tries)
    assert attributes(server) == before
    assert find_canaries("\n".join(stage.output)) == []


@pytest.mark.parametrize("step", AUTHGEAR_STEPS)
# What hangs does nothing in the end: by then another test has the same user.
@pytest.mark.parametrize(
    "fault", [{"delay": 30.0, "status": 504}, {"drip": 0.2}], ids=["hang", "drip"]
)
def test_slow_server_is_left_in_time(
    server: Authgear, stage: Stage, step: str, fault: dict[str, Any]
) -> None:
    """The deadline holds, whether nothing comes or a byte now and then."""
    before = attributes(server)
    add_fault(server, step, **fault)
    start = time.monotonic()

    stage.invoke(seconds=CALL_RESERVE + SHORT)

    # The early request for the URL uses up all time. The next one is not begun, or ends
    # at once.
    expected = {Reason.AUTHGEAR_TIMEOUT}
    if step == "presign":
        expected.add(Reason.NOT_SETTLED)
    assert stage.record["reason"] in expected
    assert SHORT - 0.1 < time.monotonic() - start < TOO_LONG
    assert attributes(server) == before
    assert find_canaries("\n".join(stage.output)) == []


def test_no_fault_over_http(server: Authgear, stage: Stage) -> None:
    """Without a fault the picture is set: what fails here is the faults' doing."""
    stage.invoke()

    assert stage.record["reason"] == Reason.PICTURE_SET
