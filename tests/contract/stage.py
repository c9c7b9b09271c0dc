"""An emulator in the state in which a probe found the real server."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from local.authgear import Authgear, Fault, User
from local.authgear.images.signature import sign
from tests.contract.probes import Probe

RECORDED_HOST = "127.0.0.1:3100"
PLACEHOLDER = re.compile(
    r"APP_ID|OBJECT_ID_\d+|NODE_ID_[A-Z]+(?:_\d+)?|USER_UUID_[A-Z]|127\.0\.0\.1:3100"
)
FULL = {
    "name": "Ada Example",
    "given_name": "Ada",
    "family_name": "Example",
    "nickname": "ada",
    "gender": "female",
    "birthdate": "1990-02-03",
    "zoneinfo": "Asia/Hong_Kong",
    "locale": "en",
    "website": "https://example.com/ada",
    "profile": "https://example.com/p/ada",
    "address": {"street_address": "1 Road", "country": "HK"},
}
# The probes that found user A with a picture that an earlier one had set.
WITH_PICTURE = {
    "gql.update.read_other_host",
    "gql.update.unknown_key",
    "gql.update.attrs_as_string",
    "gql.update.attrs_as_list",
    "gql.update.custom_ok",
    "gql.update.custom_unknown",
    "gql.update.custom_empty",
    "gql.http.variables_string",
    "gql.err.extra_variables",
    "cdn.node_read",
}
WITH_CUSTOM_ATTRIBUTES = {"gql.update.std_keeps_custom"}
HOOKS: dict[str, Any] = {
    "hook.allow": None,  # as good as no hook
    "hook.deny.two_mutations": "deny",
    "hook.mutate_partial": "mutate-partial",
    "hook.slow": "timeout",
}

ANONYMIZED: dict[str, Any] = {
    "identities": (),
    "standard_attributes": {},
    "is_disabled": True,
    "is_anonymized": True,
}
# User -> the state in which the probes about states found them; E was deleted.
STATES: dict[str, dict[str, Any]] = {
    "C": {"is_disabled": True},
    "D": ANONYMIZED,
    "F": {"is_disabled": True},
}


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.25

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class Stage:
    """
    The emulator, and the live values behind the recording's placeholders.

    Args:
        authgear: The emulator.

        clock: Its clock.
    """

    def __init__(self, authgear: Authgear, clock: Clock) -> None:
        self.authgear = authgear
        self.clock = clock
        # OBJECT_ID_n -> path and query to upload it with.
        self.upload_urls: dict[str, str] = {}
        self.users: dict[str, User] = {}
        self._create_users({}, {})

    def reset(self, probe: Probe) -> None:
        """Bring the users into the state before a probe, all switches off."""
        self.clock.now += 2
        self.authgear.faults.clear()
        custom = {"department": "R&D"} if probe.id in WITH_CUSTOM_ATTRIBUTES else {}
        self._create_users(self._find_picture(probe), custom)
        if probe.id.startswith("gql.state."):
            self._set_states()

    def switch(self, probe: Probe) -> None:
        """Switch on what the real server met in a probe."""
        authgear = self.authgear
        authgear.faults.clear()
        if probe.id.startswith("hook."):
            hook = HOOKS.get(probe.id, probe.id.removeprefix("hook."))
            authgear.faults.add(Fault(step="update", hook=hook))
        if probe.id == "commitfail.update":
            authgear.faults.add(Fault(step="update", commit_fails=True))
        is_second = probe.id.startswith("cdn.")
        authgear.images_cdn_host = "cdn.example.test" if is_second else None
        is_down = probe.id.startswith("storedown.") and not probe.id.endswith("_after")
        authgear.images.available = not is_down

    def presign(self, name: str, age: float = 0) -> None:
        """
        Make an upload URL for a placeholder.

        Args:
            name: The placeholder, OBJECT_ID_n.

            age: Seconds since it was signed.
        """
        path = f"/_images/{self.authgear.app_id}/{uuid.uuid4()}"
        query = sign(
            self.authgear.images_secret,
            host=self.authgear.host,
            path=path,
            now=self.clock.now - age,
        )
        self.upload_urls[name] = f"{path}?{query}"

    def object_id(self, name: str) -> str:
        """Return the live object id of a placeholder."""
        return urlsplit(self.upload_urls[name]).path.rpartition("/")[2]

    def fill(self, text: str) -> str:
        """Replace placeholders by live values."""
        return PLACEHOLDER.sub(lambda found: self._find_value(found[0]), text)

    def live_values(self) -> dict[str, str]:
        """Return all live values and the placeholders that stand for them."""
        names = [
            "APP_ID",
            RECORDED_HOST,
            *self.upload_urls,
            *(f"NODE_ID_{name}" for name in self.users),
            *(f"USER_UUID_{name}" for name in self.users),
        ]
        return {self._find_value(name): name for name in names}

    def _set_states(self) -> None:
        """Disable, anonymize and delete users."""
        users = self.authgear.users
        for name, state in STATES.items():
            record = replace(self.users[name].record, **state)
            users.commit({record.id: record})
        users.commit({self.users["E"].id: None})

    def _find_value(self, name: str) -> str:
        """Return what a placeholder stands for now."""
        fixed = {
            "APP_ID": self.authgear.app_id,
            RECORDED_HOST: self.authgear.host,
        }
        if name in fixed:
            return fixed[name]
        if name.startswith("OBJECT_ID_"):
            return self.object_id(name)
        user = self.users[name[-1]]
        return user.node_id if name.startswith("NODE_ID_") else user.id

    def _find_picture(self, probe: Probe) -> dict[str, str]:
        """Return the picture that user A has before a probe."""
        if WITH_PICTURE.isdisjoint({probe.id, probe.base}):
            return {}
        object_id = self.object_id("OBJECT_ID_21")
        uri = f"authgearimages:///{self.authgear.app_id}/{object_id}"
        return {"picture": uri}

    def _create_users(self, picture: dict[str, str], custom: dict[str, str]) -> None:
        """Create the users of the recording."""
        self._create(
            "A",
            email="ada@example.com",
            username="ada",
            phone="+85298765432",
            standard_attributes=FULL | picture,
            custom_attributes=custom,
        )
        self._create("B", email="bob@example.com", standard_attributes={"name": "Bob"})
        for name in "CDEF":
            self._create(name, email=f"user-{name.lower()}@example.com")

    def _create(self, name: str, **options: Any) -> None:
        """Create a user, or put one back into the first state."""
        user_id = self.users[name].id if name in self.users else None
        self.users[name] = self.authgear.users.create(user_id=user_id, **options)
