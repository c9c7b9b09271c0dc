"""Every fault at every step, once and for as long as an invocation lasts."""

from __future__ import annotations

from typing import Any

import pytest

from outcome import Outcome, Reason
from sync.sync_tag import SETTLED
from tests.grid.aws_faults import AWS, AWS_STEPS
from tests.grid.faults import (
    AUTHGEAR,
    AUTHGEAR_STEPS,
    Cell,
    Row,
    strike,
    tries,
)
from tests.grid.stage import (
    KEY,
    LATEST_END,
    USER_ID,
    Stage,
    find_canaries,
    picture,
)
from triggers.sources import PicturesFailed

LASTS = 100  # times; more than one invocation can ask for anything
ONE_CALL = 2.0  # seconds that the last answer may be late
GRID = [
    pytest.param(row, step, cell, id=f"{row.name}-{step}")
    for rows, steps in ((AUTHGEAR, AUTHGEAR_STEPS), (AWS, AWS_STEPS))
    for row in rows
    if row.meet
    for step, cell in row.cells(steps)
]


@pytest.mark.parametrize(("row", "step", "cell"), GRID)
def test_fault_that_lasts(row: Row, step: str, cell: Cell) -> None:
    """The result is the list's, in time; nothing else changes, and it heals."""
    stage = Stage()
    before = stage.others
    start = stage.clock()
    strike(stage, row, step, times=LASTS)

    answer = stage.invoke()

    assert stage.record["reason"] == cell.reason
    assert stage.record["outcome"] == cell.reason.outcome
    assert isinstance(answer, PicturesFailed) == (cell.reason.outcome == Outcome.FAILED)
    assert tries(stage, step) == cell.tries
    assert stage.clock() - start <= LATEST_END + ONE_CALL
    assert stage.others == before
    assert_heals(stage, before)
    assert find_canaries("\n".join(stage.output)) == []


@pytest.mark.parametrize(("row", "step", "cell"), GRID)
def test_fault_that_strikes_once(row: Row, step: str, cell: Cell) -> None:
    """A fault that may pass is retried at once; others heal with the next event."""
    stage = Stage()
    before = stage.others
    strike(stage, row, step, times=1)

    stage.invoke()

    expected = Reason.PICTURE_SET if cell.passes else cell.reason
    assert stage.record["reason"] == expected
    assert_heals(stage, before)
    assert find_canaries("\n".join(stage.output)) == []


def assert_heals(stage: Stage, before: dict[str, Any]) -> None:
    """Check that the next run without a fault ends right, and the one after rests."""
    stage.authgear.faults.clear()
    stage.s3.errors.clear()
    stage.secrets.errors.clear()
    if stage.record["reason"] in SETTLED:  # until the file is dropped again
        stage.s3.put(KEY, picture(), project="canary-tag")
    uploads = len(stage.authgear.images)

    stage.invoke()

    assert stage.record["outcome"] in (Outcome.SYNCED, Outcome.UNCHANGED)
    assert stage.authgear.picture_of(USER_ID)
    assert stage.others == before
    assert len(stage.authgear.images) <= uploads + 1


@pytest.mark.parametrize(
    "text",
    [
        *(
            "eyJhbGciOiJSUzI1NiJ9",
            "x-authgear-signature=1",
            "canary-name",
            "192.0.2.10",
        ),
        *("AWS:AIDAEXAMPLEPRINCIPAL1", "canary-body", "1815-12-10"),
    ],
)
def test_canaries_are_found(text: str) -> None:
    """The search finds what it is for."""
    assert find_canaries(f'{{"detail": "see {text}"}}')
