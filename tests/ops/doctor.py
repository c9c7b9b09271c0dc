"""What doctor finds wrong."""

from __future__ import annotations

from tests.ops.conftest import Ops


def wrong(ops: Ops, *arguments: str) -> dict[str, dict[str, str]]:
    """Return the checks that doctor finds wrong, by name."""
    status, found = ops.json("doctor", *arguments)
    checks = {it["name"]: it for it in found["checks"] if it["state"] == "wrong"}
    assert status == (1 if checks else 0)
    assert all(it["remedy"] for it in checks.values())
    return checks
