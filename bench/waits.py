"""
How long one picture takes where Authgear answers slowly, and what of it are waits.

`python -m bench.waits PATH ROUNDS` runs the function against the local system.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import median
from typing import Any

from bench.inputs import Input
from bench.stage import create_user, run, wire
from local.authgear import Fault
from local.system import LocalSystem

ANSWER = 0.05  # seconds until Authgear answers

AUTHGEAR = ("read", "upload", "update", "verify")  # one after the other
S3 = ("list", "read_tag", "download", "write_tag")


def measure(wanted: Input, rounds: int) -> list[dict[str, Any]]:
    """Return the parts of a picture's time, and how long it took in all."""
    return run("bench.waits", str(wanted.path), str(rounds))


def _run(path: Path, rounds: int) -> list[dict[str, Any]]:
    """Set the picture of one user after the other."""
    with LocalSystem.start_servers() as system:
        handle = wire(system)
        for step in ("presign", "read", "upload", "update"):
            fault = Fault(step=step, delay=ANSWER, times=None)
            system.authgear.faults.add(fault)
        lines = [_set_picture(system, handle, path) for _ in range(rounds + 1)]
    return _rows(lines[1:])  # the first one reads the secret and signs


def _set_picture(system: LocalSystem, handle: Any, path: Path) -> dict[str, Any]:
    """Set a new user's picture; return the log line."""
    key = f"pictures/{create_user(system)}.jpg"
    system.put(key, path.read_bytes())
    [line] = handle([key])
    assert line["reason"] == "picture-set", line  # noqa: S101 - else there is no figure
    return dict(line)


def _rows(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the medians: parts that wait for one another, and the whole."""
    parts = {
        "requests to S3": [sum(it[f"{name}_ms"] for name in S3) for it in lines],
        "picture, or the address if that takes longer": [
            max(it["picture_ms"], it["presign_ms"]) for it in lines
        ],
        "requests to Authgear except for the address": [
            sum(it[f"{name}_ms"] for name in AUTHGEAR) for it in lines
        ],
    }
    whole = {
        "sum of what cannot overlap": [
            sum(ms) for ms in zip(*parts.values(), strict=True)
        ],
        "measured in all": [it["total_ms"] for it in lines],
        "the address alone": [it["presign_ms"] for it in lines],
    }
    return [
        {"what": what, "ms": round(median(ms), 1)}
        for what, ms in (parts | whole).items()
    ]


if __name__ == "__main__":
    print(json.dumps(_run(Path(sys.argv[1]), int(sys.argv[2]))))
