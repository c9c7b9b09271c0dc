"""Compares the emulator's answers with the recorded ones."""

from __future__ import annotations

import io
import json
import re
from typing import Any

from PIL import Image

from tests.contract.exchanges import Answer
from tests.contract.probes import Probe
from tests.contract.stage import RECORDED_HOST, Stage

# The headers that the product reads.
HEADERS = ("content-type", "location")
# Fields that the product does not read; the emulator lacks or words them otherwise.
NOT_COMPARED = {
    "canonical_request",  # how the server itself signs
    "details",  # of an invalid attribute, beside its location and kind
    "endUserAccountID",
    "formattedName",
}
# Text that differs from one answer to the next -> its placeholder.
VOLATILE = {
    r"127\.0\.0\.1:3002": RECORDED_HOST,
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z": "TIME",
    r"\d{4}-\d\d-\d\dT\d\d%3A\d\d%3A\d\dZ": "YYYY-MM-DDTHH%3AMM%3ASSZ",
    r'("(?:updated_at|timestamp|seq)"):\d+': r"\1:0",
    r'"(tracking_id|id)":"[0-9a-f]{16,32}"': r'"\1":"ID"',
    r'"tracking_id":"TRACKING_ID"': '"tracking_id":"ID"',
    r"QXVkaXRMb2c6\w+": "NODE_ID_LOG",
    r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}": "UUID",
    r"signature=[0-9a-f]{64}": "signature=SIGNATURE_64_HEX",
    r"<RequestId>\w+</RequestId><HostId>\w+</HostId>": "<Ids/>",
    # Suggestions depend on the parts of the schema that nobody uses here.
    r" Did you mean (?!to use)[^?]*\?": "",
}


def describe_answer(stage: Stage, probe: Probe, answer: Answer) -> dict[str, Any]:
    """Return what is compared of an answer, with placeholders for live values."""
    headers = {n: _conceal(stage, answer.headers.get(n)) for n in HEADERS}
    body = _describe_body(stage, probe, answer.body)
    return {"status": answer.status, "headers": headers, "body": body}


def describe_recording(stage: Stage, probe: Probe) -> dict[str, Any]:
    """Return what is compared of a recorded answer."""
    recorded = probe.response or {}
    headers = {name: recorded["headers"].get(name) for name in HEADERS}
    return {
        "status": recorded["status"],
        "headers": headers,
        "body": _describe_recorded_body(stage, probe, recorded),
    }


def conceal_text(stage: Stage, text: str) -> str:
    """Replace live and volatile values by placeholders."""
    port = stage.authgear.host.partition(":")[2]
    text = text.replace(f"localhost:{port}", "localhost:3100")
    for value, name in stage.live_values().items():
        text = re.sub(rf"(?<![\w-]){re.escape(value)}(?![\w-])", name, text)
    for pattern, name in VOLATILE.items():
        text = re.sub(pattern, name, text)
    # An object that is not known by now was made by the very answer.
    known = stage.upload_urls
    return re.sub(r"OBJECT_ID_\d+", lambda n: n[0] if n[0] in known else "UUID", text)


def describe_picture(content: bytes) -> dict[str, Any] | None:
    """Return what the recording says of a picture; None for anything else."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            return {
                "format": image.format,
                "size": list(image.size),
                "mode": image.mode,
                "frames": getattr(image, "n_frames", 1),
            }
    except OSError:
        return None


def _conceal(stage: Stage, value: str | None) -> str | None:
    """Put placeholders into a header, if it is there."""
    return value and conceal_text(stage, value)


def _describe_body(stage: Stage, probe: Probe, body: bytes) -> Any:
    """Return what is compared of a body."""
    recorded = (probe.response or {})["body"]
    if re.fullmatch(r"<\d+ bytes binary>", recorded):
        return _describe_binary(stage, probe, body)
    if recorded.startswith("<GraphiQL page"):
        return recorded
    text = conceal_text(stage, body.decode())
    if _is_cut(recorded):
        return text[: len(conceal_text(stage, recorded))]
    return _read_json(text)


def _describe_recorded_body(stage: Stage, probe: Probe, recorded: Any) -> Any:
    """Return what is compared of a recorded body."""
    body = recorded["body"]
    if re.fullmatch(r"<\d+ bytes binary>", body):
        picture = recorded["image"]
        kept = ("format", "size", "mode", "frames")
        # The file that plays the HEIC is one by its first bytes only.
        is_shown = picture and picture["format"] != "HEIF"
        shown = {name: picture[name] for name in kept} if is_shown else None
        return {"picture": shown, "is_original": _is_original(probe)}
    text = conceal_text(stage, body)
    return text if _is_cut(body) else _read_json(text)


def _describe_binary(stage: Stage, probe: Probe, body: bytes) -> dict[str, Any]:
    """Return what is compared of a picture."""
    named = re.search(r"OBJECT_ID_\d+", probe.request["path"])
    assert named
    original = stage.authgear.images[stage.object_id(named[0])]
    is_part = "Range" in probe.request["headers"]
    expected = original[:10] if is_part else original
    picture = None if is_part else describe_picture(body)
    return {"picture": picture, "is_original": body == expected}


def _is_original(probe: Probe) -> bool:
    """Tell whether a probe got the bytes that were uploaded."""
    return "/original" in str(probe.request["path"])


def _is_cut(body: str) -> bool:
    """Tell whether the recording holds only the beginning of a body."""
    return body.startswith("{") and isinstance(_read_json(body), str)


def _read_json(text: str) -> Any:
    """Return JSON as values, without what is not compared; anything else as it is."""
    try:
        return json.loads(text, object_hook=_leave_out)
    except json.JSONDecodeError:
        return text


def _leave_out(content: dict[str, Any]) -> dict[str, Any]:
    """Return an object without what is not compared."""
    return {name: it for name, it in content.items() if name not in NOT_COMPARED}
