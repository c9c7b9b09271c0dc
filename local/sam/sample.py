"""One user with one picture in the bucket: what the events in `events/` speak of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from local.authgear import User
from local.paths import PICTURES
from local.sample_users import create_person
from local.system import LocalSystem

USER_ID = "00000000-0000-4000-8000-000000000001"
KEY = f"pictures/{USER_ID}.jpg"


@contextmanager
def start_sample() -> Iterator[tuple[LocalSystem, User]]:
    """Run the servers, no function, until the block ends; yield them and the user."""
    with LocalSystem.start(concurrency=0) as system:
        user = create_person(system.authgear, "Ada Lovelace", user_id=USER_ID)
        system.put(KEY, (PICTURES / "rocket.jpg").read_bytes())
        yield system, user
