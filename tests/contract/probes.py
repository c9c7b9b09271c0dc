"""The recorded answers of a real Authgear server, and those that are not followed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.contract.not_followed import NOT_FOLLOWED

ANSWERS = Path(__file__).parent / "answers.json"


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
