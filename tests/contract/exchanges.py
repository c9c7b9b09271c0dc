"""Sends the recorded requests to the emulator."""

from __future__ import annotations

import http.client
import json
import re
from dataclasses import dataclass
from typing import Any

from tests.contract.probes import PROBES, Probe
from tests.contract.stage import RECORDED_HOST, Stage
from tests.contract.tokens import make_token
from tests.contract.uploads import find_upload, make_body, make_path, presign

USER_AGENT = "python-requests/2.34.2"
# Probe -> the one before it that used the same upload URL.
SAME_URL = {
    "upload.same_url_twice": "upload.ok_jpeg",
    "upload.same_url_twice_other": "upload.ok_jpeg",
    "upload.after_failed_attempt": "upload.bad_signature",
    "upload.after_empty_attempt": "upload.empty_file",
    "storedown.upload_after": "storedown.upload",
}
# The token was sent; the recording does not show it.
UNRECORDED_TOKEN = {"storedown.presign", "audit.context_not_object"}
# The request of this one was not recorded; it was an update.
UNRECORDED_UPDATE = "audit.context_not_object"
UPDATE = PROBES["gql.update.full_merge_ok"]


@dataclass(frozen=True)
class Answer:
    """An answer of the emulator; names of headers in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


def replay(stage: Stage, probe: Probe) -> Answer:
    """Bring the emulator into the state before a probe, and send its request."""
    prepare(stage, probe)
    return send(stage, probe)


def prepare(stage: Stage, probe: Probe) -> None:
    """Bring the emulator into the state before a probe."""
    prepare_uploads(stage, probe)
    stage.reset(probe)
    for earlier in _lead_up(probe):
        stage.switch(earlier)
        send(stage, earlier, upload_name=find_upload(probe))
    stage.switch(probe)


def prepare_uploads(stage: Stage, probe: Probe) -> None:
    """Upload the objects that a probe names and does not upload itself."""
    needed = re.findall(r"OBJECT_ID_\d+", json.dumps(probe.request))
    for name in {*needed, "OBJECT_ID_21"} - {find_upload(probe)}:
        _ensure_uploaded(stage, name)


def send(stage: Stage, probe: Probe, *, upload_name: str | None = None) -> Answer:
    """
    Send a probe's request.

    Args:
        stage: Where to.

        probe: What.

        upload_name: The placeholder of the object to upload, if not the probe's own.
    """
    if probe.id == UNRECORDED_UPDATE:
        return send_update(stage, audit_context="text")
    method = probe.request["method"]
    headers = _make_headers(stage, probe)
    name = upload_name or find_upload(probe)
    if name is None:
        path = stage.fill(probe.request["path"])
        return exchange(stage, method, path, headers, _make_body(stage, probe))
    if probe.id not in SAME_URL:
        presign(stage, probe, name)
    path = make_path(stage, probe, name)
    return exchange(stage, method, path, headers, make_body(probe))


def send_update(stage: Stage, **claims: Any) -> Answer:
    """Send an update of user A, with further claims in the token."""
    token = make_token(stage.authgear, stage.clock.now, **claims)
    headers = _make_headers(stage, UPDATE) | {"Authorization": f"Bearer {token}"}
    body = _make_body(stage, UPDATE)
    return exchange(stage, "POST", UPDATE.request["path"], headers, body)


def read_user(stage: Stage, name: str = "A") -> dict[str, Any]:
    """Read a user, as the probes do that end in `read`."""
    probe = PROBES["gql.node.ok"]
    body = stage.fill(json.dumps(probe.request["body"]).replace("_A", f"_{name}"))
    headers = _make_headers(stage, probe)
    path = probe.request["path"]
    answer = exchange(stage, "POST", path, headers, body.encode())
    node: dict[str, Any] = json.loads(answer.body)["data"]["node"]
    return node


def exchange(
    stage: Stage, method: str, path: str, headers: dict[str, str], body: bytes | None
) -> Answer:
    """Send a request exactly as given and return the answer."""
    host, _, port = stage.authgear.host.partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=20)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        is_chunked = headers.get("Transfer-Encoding") == "chunked"
        if body is not None and not is_chunked:
            connection.putheader("Content-Length", str(len(body)))
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(body, encode_chunked=is_chunked)
        response = connection.getresponse()
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, named, response.read())
    finally:
        connection.close()


def _ensure_uploaded(stage: Stage, name: str) -> None:
    """Upload an object that a probe names and does not upload itself."""
    if name in stage.upload_urls:
        return
    uploads = (
        probe
        for probe in PROBES.values()
        if probe.response
        and probe.response["status"] == 200
        and find_upload(probe) == name
    )
    upload = next(uploads, None)
    if upload is None:
        stage.presign(name)
        return
    stage.switch(upload)
    send(stage, upload)


def _lead_up(probe: Probe) -> list[Probe]:
    """Return the probes whose requests come before this one's."""
    if probe.id in SAME_URL:
        return [PROBES[SAME_URL[probe.id]]]
    if probe.id.startswith("gql.state.") and probe.id.endswith(".read"):
        return [PROBES[f"{probe.base}.update"]]
    base = find_base(probe)
    return [base] if base and base.id.startswith("gql.update.") else []


def find_base(probe: Probe) -> Probe | None:
    """Return the exchange after which a probe looked again, if there is one."""
    named = {
        "gql.update.stored_form": "gql.update.full_merge_ok",
        "commitfail.later_read": "commitfail.update",
    }
    base = PROBES.get(named.get(probe.id, probe.base))
    return base if base and base.response else None


def _make_headers(stage: Stage, probe: Probe) -> dict[str, str]:
    """Return a probe's headers with a live token and host."""
    token = make_token(stage.authgear, stage.clock.now, probe.id)
    headers = {"Host": RECORDED_HOST, "User-Agent": USER_AGENT}
    if probe.id == "upload.other_host":
        headers["Host"] = RECORDED_HOST.replace("127.0.0.1", "localhost")
    if probe.id in UNRECORDED_TOKEN:
        headers["Authorization"] = "Bearer JWT"
    headers |= probe.request["headers"]
    # The recording writes `None` if there was no such header.
    if headers.get("Content-Type") == "None":
        del headers["Content-Type"]
    port = stage.authgear.host.partition(":")[2]
    return {
        name: value.replace("JWT", token).replace(":3100", f":{port}")
        for name, value in headers.items()
    }


def _make_body(stage: Stage, probe: Probe) -> bytes | None:
    """Return the body of a request other than an upload."""
    body = probe.request["body"]
    if body is None:
        return None
    if probe.id == "gql.http.body_over_1MiB":
        return json.dumps({"query": "{ __typename }", "x": "x" * 1_150_000}).encode()
    text = body if isinstance(body, str) else json.dumps(body)
    return stage.fill(text).encode()
