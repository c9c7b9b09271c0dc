"""The entries of updates in the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from local.authgear.users.audit import Entry
from tests.contract.exchanges import AUDIT_CONTEXT, prepare, send, send_update
from tests.contract.probes import PROBES
from tests.contract.stage import RECORDED_HOST, Stage

AUDIT_FACTS = [
    "audit.with_context",
    "audit.context_not_object.log",
    "audit.no_context",
    "audit.failed_update",
    "audit.noop_update",
    "audit.context_http_url_key",
]


def test_update_writes_two_entries_with_context(stage: Stage) -> None:
    """Both entries carry the token's audit context and the URL."""
    entries = _update(stage, audit_context=AUDIT_CONTEXT)

    described = [_describe(stage, entry) for entry in entries]
    expected = [_without_volatile(f) for f in PROBES["audit.with_context"].fact]
    assert described == expected


def test_context_that_is_no_object_is_ignored(stage: Stage) -> None:
    """A text as audit context leaves the URL only."""
    entries = _update(stage, audit_context="text")

    contexts = [_read_context(stage, entry) for entry in entries]
    assert contexts == PROBES["audit.context_not_object.log"].fact


def test_update_without_context_logs_the_url(stage: Stage) -> None:
    """A token without audit context leaves the URL."""
    entries = _update(stage)

    found = [[e.activity_type, _read_context(stage, e)] for e in entries]
    assert found == PROBES["audit.no_context"].fact


def test_url_in_the_context_is_replaced(stage: Stage) -> None:
    """An `http_url` of the caller's own is replaced; other keys stay."""
    sent = {"a": {"b": [1]}, "http_url": "x"}

    entries = _update(stage, audit_context=sent)

    fact = PROBES["audit.context_http_url_key"].fact
    assert _read_context(stage, entries[0]) == fact


@pytest.mark.parametrize(
    ("probe_id", "fact_id"),
    [
        ("gql.update.unknown_key", "audit.failed_update"),
        ("gql.update.attrs_missing", "audit.noop_update"),
    ],
    ids=["refused", "nothing-to-do"],
)
def test_update_that_changes_nothing_is_hardly_logged(
    stage: Stage, probe_id: str, fact_id: str
) -> None:
    """A refused update leaves no entry, one without attributes that it was made."""
    prepare(stage, PROBES[probe_id])
    count = len(stage.authgear.audit_log)

    send(stage, PROBES[probe_id])

    written = stage.authgear.audit_log[count:]
    assert [entry.activity_type for entry in written] == PROBES[fact_id].fact


def _update(stage: Stage, **claims: Any) -> Sequence[Entry]:
    """Update user A and return what was logged."""
    prepare(stage, PROBES["gql.update.full_merge_ok"])
    count = len(stage.authgear.audit_log)
    send_update(stage, **claims)
    return stage.authgear.audit_log[count:]


def _describe(stage: Stage, entry: Entry) -> dict[str, Any]:
    """Return an entry in the recording's form."""
    node = entry.node()
    context = entry.data["context"]
    is_about_user = entry.user_id == stage.users["A"].id
    described = {
        "activityType": node["activityType"],
        "user": "NODE_ID_A" if is_about_user else None,
        "ipAddress": node["ipAddress"],
        "userAgent": node["userAgent"],
        "clientID": node["clientID"],
        "data_keys": sorted(entry.data),
        "data_type": entry.data["type"],
        "context": context
        | {
            "app_id": "APP_ID",
            "audit_context": _read_context(stage, entry),
            "user_id": "USER_UUID_A" if is_about_user else context["user_id"],
        },
        "payload_keys": sorted(entry.data["payload"]),
    }
    return _without_volatile(described)


def _without_volatile(described: dict[str, Any]) -> dict[str, Any]:
    """Leave out what differs from one entry to the next."""
    context = described["context"].copy()
    assert isinstance(context.pop("timestamp"), int)
    assert context.pop("tracking_id")
    kept = {name: value for name, value in described.items() if name != "createdAt"}
    return kept | {"context": context}


def _read_context(stage: Stage, entry: Entry) -> dict[str, Any]:
    """Return an entry's audit context with the recorded host."""
    context = dict(entry.data["context"]["audit_context"])
    url = context["http_url"].replace(stage.authgear.host, RECORDED_HOST)
    return context | {"http_url": url}
