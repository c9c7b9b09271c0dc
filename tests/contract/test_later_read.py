"""Facts that were found after an exchange: by reading again, or in the database."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest

from tests.contract.comparison import conceal_text
from tests.contract.exchanges import (
    find_base,
    prepare,
    read_user,
    replay,
    send,
    send_update,
)
from tests.contract.probes import FACTS, PROBES, Probe
from tests.contract.stage import Stage

READS = [p for p in FACTS if find_base(p) and not p.id.startswith("audit.")]
LATER_FACTS = [
    *(probe.id for probe in READS),
    "gql.update.updated_at",
    "gql.concurrent.same_user",
]


@pytest.mark.parametrize("probe", READS, ids=[probe.id for probe in READS])
def test_later_state_is_as_recorded(stage: Stage, probe: Probe) -> None:
    """An exchange leaves the state that the real server had stored."""
    base = find_base(probe)
    assert base

    replay(stage, base)

    found = _find(stage, probe)
    assert _conceal(stage, found) == _conceal(stage, _expect(probe.fact))


def test_updated_at_changes_with_attributes_only(stage: Stage) -> None:
    """Only an update that brings attributes moves the time; the answer shows it."""
    fact = PROBES["gql.update.updated_at"].fact
    prepare(stage, PROBES["gql.update.full_merge_ok"])

    before = _read_times(read_user(stage))
    stage.clock.now += 2
    send(stage, PROBES["gql.update.attrs_missing"])
    after_nothing = _read_times(read_user(stage))
    answered = json.loads(send_update(stage).body)["data"]["updateUser"]["user"]
    after_update = _read_times(read_user(stage))

    assert (after_nothing == before) is (
        fact["after_update_without_attributes"] == fact["before"]
    )
    assert after_update > before
    assert _read_times(answered) == after_update
    assert int(datetime.fromisoformat(after_update[0]).timestamp()) == after_update[1]


def test_concurrent_updates_are_both_answered(stage: Stage) -> None:
    """Two updates at the same moment: both are 200 without errors, one wins."""
    prepare(stage, PROBES["gql.update.full_merge_ok"])

    with ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(send_update, stage) for _ in range(2)]
        answers = [future.result() for future in sent]

    contents = [json.loads(answer.body) for answer in answers]
    assert [answer.status for answer in answers] == [200, 200]
    assert ["errors" in content for content in contents] == [False, False]


def _find(stage: Stage, probe: Probe) -> Any:
    """Look for what a fact is about."""
    if probe.id.startswith(("gql.update.stored", "gql.update.echo", "cdn.echo")):
        return dict(stage.users["A"].record.standard_attributes)
    attributes = read_user(stage)["standardAttributes"]
    if probe.id.startswith("hook."):
        return attributes
    if probe.id.startswith("gql.multi."):
        return attributes["name"]
    picture = attributes.get("picture", "(absent)")
    if probe.id == "commitfail.later_read":
        names = ("name", "nickname")
        return {name: attributes[name] for name in names} | {"picture": picture}
    return picture


def _expect(fact: Any) -> Any:
    """Return what a fact says of the user; hooks' facts say more than that."""
    return fact.get("standardAttributes", fact) if isinstance(fact, dict) else fact


def _conceal(stage: Stage, value: Any) -> Any:
    """Replace everything volatile by placeholders."""
    text = json.dumps(value, separators=(",", ":"), sort_keys=True)
    return json.loads(conceal_text(stage, text))


def _read_times(user: dict[str, Any]) -> tuple[str, int]:
    """Return both forms of the time at which a user was updated."""
    return user["updatedAt"], user["standardAttributes"]["updated_at"]
