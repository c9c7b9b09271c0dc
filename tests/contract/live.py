"""A real server in place of the emulator, for probes that are recorded again."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from local.authgear import Authgear
from local.authgear.access_token import KeyPair
from local.authgear.users.records import to_node_id
from tests.contract.exchanges import UPDATE, send
from tests.contract.probes import PROBES, Probe
from tests.contract.stage import (
    PLACEHOLDER,
    RECORDED_HOST,
    WITH_CUSTOM_ATTRIBUTES,
    WITH_PICTURE,
    Stage,
)
from tests.contract.tokens import load_key

USERS = (
    *("RECORD_USER_A", "RECORD_USER_B", "RECORD_USER_C"),
    *("RECORD_USER_D", "RECORD_USER_E", "RECORD_USER_F"),
)


@dataclass(frozen=True)
class Server:
    """A server as the probes need it; the names are those of the emulator."""

    host: str
    app_id: str
    key_pair: KeyPair

    @property
    def key_id(self) -> str:
        """The id of the Admin API's key."""
        return self.key_pair.key_id

    @property
    def private_key(self) -> str:
        """The Admin API's key, in PEM."""
        return self.key_pair.private_key


class PresentTime:
    """The clock of this machine."""

    @property
    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()


class LiveStage(Stage):
    """
    A real server, and the live values behind the recording's placeholders.

    Args:
        environment: `RECORD_HOST`, `RECORD_APP_ID`, `RECORD_KEY` (a file with `key_id`
            and `private_key`), and the ids of users in `RECORD_USER_A` to `_F`.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        key = json.loads(Path(environment["RECORD_KEY"]).read_text())
        public_key = load_key(key["private_key"]).public_key()
        server = Server(
            host=environment["RECORD_HOST"],
            app_id=environment["RECORD_APP_ID"],
            key_pair=KeyPair(key["key_id"], key["private_key"], public_key),
        )
        self.authgear = cast(Authgear, server)
        self.clock = cast(Any, PresentTime())
        self.upload_urls = {}
        self.values = {"APP_ID": server.app_id, RECORDED_HOST: server.host}
        for variable in USERS:
            if user_id := environment.get(variable):
                name = variable[-1]
                self.values[f"USER_UUID_{name}"] = user_id
                self.values[f"NODE_ID_{name}"] = to_node_id(user_id)

    def has_values_for(self, probe: Probe) -> bool:
        """Tell whether all placeholders of a probe have a live value."""
        needed = PLACEHOLDER.findall(json.dumps(probe.request))
        return all(it in self.values or it.startswith("OBJECT_ID_") for it in needed)

    def reset(self, probe: Probe) -> None:
        """Bring user A into the state before a probe, by an update."""
        body = copy.deepcopy(UPDATE.request["body"])
        update = body["variables"]["input"]
        if WITH_PICTURE.isdisjoint({probe.id, probe.base}):
            del update["standardAttributes"]["picture"]
        is_custom = probe.id in WITH_CUSTOM_ATTRIBUTES
        update["customAttributes"] = {"department": "R&D"} if is_custom else {}
        send(self, replace(UPDATE, request=UPDATE.request | {"body": body}))

    def switch(self, probe: Probe) -> None:
        """Change nothing: a real server is set up by hand."""

    def presign(self, name: str, age: float = 0, metadata: str = "") -> None:
        """Ask the server for an upload URL."""
        answer = json.loads(send(self, PROBES["presign.ok"]).body)
        url: str = answer["result"]["upload_url"]
        self.upload_urls[name] = url.partition(self.authgear.host)[2]

    def live_values(self) -> dict[str, str]:
        """Return all live values, each with its placeholder."""
        uploads = {self.object_id(name): name for name in self.upload_urls}
        return uploads | {value: name for name, value in self.values.items()}

    def _find_value(self, name: str) -> str:
        """Return the present value of a placeholder."""
        is_upload = name.startswith("OBJECT_ID_")
        return self.object_id(name) if is_upload else self.values[name]
