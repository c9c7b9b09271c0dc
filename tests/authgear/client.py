"""The client, with a server in memory and a clock that moves only by sleeping."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import requests

from authgear import (
    AccessTokens,
    AdminAPI,
    Budget,
    Connection,
    KeyPair,
    UploadURL,
    User,
)
from tests.authgear.recordings import OTHER_USER_ID, USER_ID, object_id_of
from tests.fakes.authgear_server import (
    ENDPOINT,
    FakeAuthgear,
    Fault,
)
from tests.fakes.clock import FakeClock
from tests.fakes.key_pair import KEY_PAIR
from tests.fakes.tokens import APP_ID

IMAGE_ID = object_id_of(21)
UPLOAD_URL = UploadURL(
    url=f"{ENDPOINT}/_images/{APP_ID}/{IMAGE_ID}?x-authgear-signature=SECRET",
    object_id=IMAGE_ID,
)
ATTRIBUTES = {"name": "Ada", "email": "ada@example.com", "updated_at": 1}
USER = User(user_id=USER_ID, is_anonymized=False, standard_attributes=ATTRIBUTES)
PICTURE = b"\xff\xd8picture\xff\xd9"
TIME = 120.0  # seconds that a call is given


class Client:
    """
    The client with all that it is handed, each within reach of a test.

    Args:
        share: The random number that spreads retries.

        key_pair: Signs the tokens.
    """

    def __init__(self, share: float = 0.5, key_pair: KeyPair = KEY_PAIR) -> None:
        self.key_pair = key_pair
        self.server = FakeAuthgear()
        self.server.add_user(USER_ID, **ATTRIBUTES)
        self.server.add_user(OTHER_USER_ID)
        self.clock = FakeClock()
        self.key_loads = 0
        self.key_load_seconds = 0.0
        self.transport = self.server.transport
        self.connection = Connection(
            endpoint=ENDPOINT,
            user_agent="tests",
            session=self.transport.session(),
            share=lambda: share,
        )
        self.tokens = AccessTokens(
            app_id=APP_ID, load_key_pair=self._load_key_pair, clock=self.clock
        )
        self.api = AdminAPI(self.connection, self.tokens)

    def call(self, step: str, time: float = TIME) -> Any:
        """Make the call that a step is named after."""
        return CALLS[step](self.api, self.budget(time))

    def budget(self, time: float = TIME, max_wait: float = math.inf) -> Budget:
        """Return a budget that begins now."""
        return Budget(
            deadline=self.clock.now + time,
            max_wait=max_wait,
            clock=self.clock,
            sleep=self.clock.sleep,
        )

    def always(self, step: str, fault: Fault) -> None:
        """Let every request of a step meet a fault."""
        self.server.fail(step, *[fault] * 100)

    def count(self, step: str) -> int:
        """Return how many requests of a step were sent."""
        return self.server.steps.count(step)

    def requests_to(self, path: str) -> list[requests.PreparedRequest]:
        """Return the requests whose URL contains a text."""
        return [r for r in self.transport.requests if path in str(r.url)]

    def _load_key_pair(self) -> KeyPair:
        """Load the key pair, counting; that may take its time."""
        self.key_loads += 1
        self.clock.now += self.key_load_seconds
        return self.key_pair


Call = Callable[[AdminAPI, Budget], Any]
CALLS: dict[str, Call] = {
    "presign": lambda api, budget: api.create_upload_url(budget=budget),
    "upload": lambda api, budget: api.upload(UPLOAD_URL, PICTURE, budget=budget),
    "read": lambda api, budget: api.get_user(USER_ID, budget=budget),
    "find": lambda api, budget: api.find_users(
        login_id_key="email",
        attribute="email",
        value="ada@example.com",
        budget=budget,
    ),
    "update": lambda api, budget: api.set_picture(
        replace(USER, read_at=budget.clock()), IMAGE_ID, budget=budget
    ),
}
STEPS = list(CALLS)
