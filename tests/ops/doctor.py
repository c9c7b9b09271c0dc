"""What doctor finds wrong."""

from __future__ import annotations

from tests.ops.conftest import Ops

# What depends on what, as the page on operating says it.
AFTER_KEY = {"upload-origin", "app-id", "users", "image-store"}
AFTER_SECRET = {"key-accepted", *AFTER_KEY}
AFTER_ENDPOINT = {"clock", *AFTER_SECRET}


def look(ops: Ops, *arguments: str) -> dict[str, dict[str, str]]:
    """Return what doctor finds, by name; each finding that is not fine says why."""
    status, found = ops.json("doctor", *arguments)
    checks = {it["name"]: it for it in found["checks"]}
    assert len(checks) == len(found["checks"])
    assert status == int(any(it["state"] == "wrong" for it in checks.values()))
    for it in checks.values():
        assert it["remedy"] or it["state"] not in ("wrong", "warning")
    return checks


def named(checks: dict[str, dict[str, str]], *states: str) -> set[str]:
    """Return the names of the checks with one of these states."""
    return {name for name, it in checks.items() if it["state"] in states}


def wrong(ops: Ops, *arguments: str) -> dict[str, dict[str, str]]:
    """Return the checks that doctor blames, by name."""
    checks = look(ops, *arguments)
    return {name: checks[name] for name in checks if name in named(checks, "wrong")}
