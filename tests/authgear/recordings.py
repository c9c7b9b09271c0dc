"""The recorded answers of a real server, as answers to the client of the tests."""

from __future__ import annotations

import re

import requests

from authgear import to_node_id
from tests.contract.probes import PROBES
from tests.fakes.authgear_server import ENDPOINT
from tests.fakes.tokens import APP_ID
from tests.fakes.transport import answer

USER_ID = "00000000-0000-4000-8000-00000000000a"
OTHER_USER_ID = "00000000-0000-4000-8000-00000000000b"
SLOTS = {
    "http://127.0.0.1:3100": ENDPOINT,
    "APP_ID": APP_ID,
    "SIGNATURE_64_HEX": "5" * 64,
}


def object_id_of(number: int) -> str:
    """Return the id that stands for a recording's OBJECT_ID_n."""
    return f"00000000-0000-4000-8000-{number:012d}"


def recorded(probe_id: str) -> requests.Response:
    """Return a recorded answer, its placeholders filled."""
    response = PROBES[probe_id].response
    assert response is not None
    status, body = response["status"], response["body"]
    return answer(fill(body), status, response["headers"])


def fill(text: str) -> str:
    """Replace a recording's placeholders by values."""
    text = re.sub(r"OBJECT_ID_(\d+)", lambda found: object_id_of(int(found[1])), text)
    text = re.sub(r"NODE_ID_([A-F])\b", lambda found: _node_id(found[1]), text)
    for slot, value in SLOTS.items():
        text = text.replace(slot, value)
    return text


def _node_id(letter: str) -> str:
    """Return the node id of one of the recording's users, A to F."""
    return to_node_id(f"00000000-0000-4000-8000-00000000000{letter.lower()}")
