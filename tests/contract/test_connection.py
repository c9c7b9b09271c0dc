"""Facts about connections."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from tests.contract.comparison import HEADERS
from tests.contract.exchanges import exchange
from tests.contract.probes import PROBES
from tests.contract.stage import Stage
from tests.contract.tokens import make_token
from tests.contract.uploads import make_path

# Fact -> further header, and whether the token is good, of both requests.
KEEPALIVE = {
    "misc.keepalive.direct_3002": ("", True),
    "misc.keepalive.front_3100": ("", True),
    "misc.keepalive.close": ("Connection: close\r\n", True),
    "misc.keepalive.after_403": ("", False),
}
CONNECTION_FACTS = [
    *KEEPALIVE,
    "misc.big_body_bad_signature.3100",
]


@pytest.mark.parametrize("fact_id", KEEPALIVE)
def test_connection_is_kept_as_recorded(stage: Stage, fact_id: str) -> None:
    """The second request on a connection is answered where it was then."""
    header, is_good = KEEPALIVE[fact_id]
    token = make_token(stage.authgear, stage.clock.now) if is_good else "x"
    request = (
        f"GET /_api/admin/images/upload HTTP/1.1\r\nHost: {stage.authgear.host}\r\n"
        f"Authorization: Bearer {token}\r\n{header}\r\n"
    )

    answers = _exchange_heads(stage, request, request)

    expected = [_read_head(answer["head"]) for answer in PROBES[fact_id].fact]
    assert answers == expected


def test_big_body_with_bad_signature_is_refused(stage: Stage) -> None:
    """A client gets rid of the whole body, and reads the answer."""
    fact = PROBES["misc.big_body_bad_signature.3100"].fact
    probe = PROBES["upload.bad_signature"]
    stage.presign("OBJECT_ID_60")
    headers = {"Host": stage.authgear.host, **probe.request["headers"]}
    path = make_path(stage, probe, "OBJECT_ID_60")

    answer = exchange(stage, "POST", path, headers, bytes(fact["body_bytes"]))

    assert f"HTTP/1.1 {answer.status} Bad Request" == fact["first_line"]
    assert "connection" not in answer.headers


def _exchange_heads(stage: Stage, *requests: str) -> list[Any]:
    """Send requests on one connection and return the heads of the answers."""
    host, _, port = stage.authgear.host.partition(":")
    heads = []
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        reader = connection.makefile("rb")
        with reader:
            for request in requests:
                try:
                    connection.sendall(request.encode())
                    lines = _read_lines(reader)
                except ConnectionError:
                    lines = [""]
                heads.append(_read_head(lines))
    return heads


def _read_lines(reader: Any) -> list[str]:
    """Read one answer and return the lines of its head; none without an answer."""
    lines = [reader.readline().decode().rstrip("\r\n")]
    while line := reader.readline().decode().rstrip("\r\n"):
        lines.append(line)
    lengths = [x for x in lines if x.lower().startswith("content-length:")]
    reader.read(int(lengths[0].partition(":")[2]) if lengths else 0)
    return lines


def _read_head(lines: list[str]) -> tuple[str, dict[str, str]]:
    """Return first line of a head, and the headers that the product looks at."""
    pairs = (line.partition(": ")[::2] for line in lines[1:])
    named = {name.lower(): value for name, value in pairs}
    return lines[0], {name: it for name, it in named.items() if name in HEADERS}
