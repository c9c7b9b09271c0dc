"""The recorded answers of a real Authgear server, and those that are not followed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ANSWERS = Path(__file__).parent / "answers.json"

# Every probe that the emulator does not follow, with the reason.
NOT_FOLLOWED = {
    "commitfail.slow_commit": "the emulator always answers before the write can be "
    "read, which is the worse of the two cases recorded; tests/local covers it",
    "hook.request_received": "hooks are played by the emulator, not called over HTTP",
    "images.heic.profile": "no encoder for HEIF here; only JPEG is ever uploaded",
    "images.svg.profile": "no renderer for SVG here; only JPEG is ever uploaded",
    "misc.big_body_bad_signature.3004": "how much of a body a client gets rid of "
    "before the answer depends on buffers; through the proxy it is all of it",
    "misc.keepalive.idle_15s": "takes 15 s; no connection is closed for being idle",
    "misc.gzip": "nothing was recorded",
    "misc.ratelimit.node_300": "a measurement of speed",
    "misc.ratelimit.presign_600": "a measurement of speed",
    "misc.ratelimit.update_150": "a measurement of speed",
    "schema.introspection": "a count of types; the emulator has those in use",
    "timing": "a measurement of speed",
    "upload.exactly_10MiB_behind_10M_proxy": "the answer of a proxy, not of Authgear; "
    "a fault with status 413 plays it",
}


@dataclass(frozen=True)
class Probe:
    """
    One recorded exchange, or a fact that was found out by several.

    Args:
        id: Its name; what comes before the first dot is its family.

        request: Method, path, headers and body, with placeholders.

        response: Status, headers and body, with placeholders; None for a fact.

        fact: The fact.

        via: The way to the server; `front` is the way of clients.
    """

    id: str
    request: dict[str, Any] = field(default_factory=dict)
    response: dict[str, Any] | None = None
    fact: Any = None
    via: str = ""

    @property
    def base(self) -> str:
        """The probe on which this one follows up, if its name says so."""
        return self.id.rpartition(".")[0]


def load_probes() -> dict[str, Probe]:
    """Return all probes by id, in the order of the recording."""
    names = ("id", "request", "response", "fact", "via")
    entries = json.loads(ANSWERS.read_text())
    probes = [Probe(**{k: e[k] for k in names if k in e}) for e in entries]
    return {probe.id: probe for probe in probes}


PROBES = load_probes()
EXCHANGES = [p for p in PROBES.values() if p.response and p.id not in NOT_FOLLOWED]
FACTS = [p for p in PROBES.values() if not p.response and p.id not in NOT_FOLLOWED]
