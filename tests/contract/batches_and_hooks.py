"""A real server's answers about many users, and the hooks that it sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RECORDINGS: dict[str, dict[str, Any]] = {
    entry["id"]: entry
    for entry in json.loads(
        (Path(__file__).parent / "batches_and_hooks.json").read_text()
    )
}

# Every recording that the emulator does not follow, with the reason.
NOT_FOLLOWED = {
    "export.post": "the product exports no users, and most servers do not offer it",
    "users.first_20": "the product lists no users",
    "users.first_100": "the product lists no users",
    "users.first_1000": "the product lists no users",
    "hook.secret_present": "says that the server was set up to sign",
}

# The deliveries of non-blocking hooks, in the order in which they came.
DELIVERIES = {
    name.removeprefix("hook.event."): entry
    for name, entry in RECORDINGS.items()
    if name.startswith("hook.event.")
}
