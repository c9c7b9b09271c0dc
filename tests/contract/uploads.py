"""The recorded uploads: their URLs and bodies, made again."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import quote

from local.authgear.images.signature import DATE_FORMAT, SIGNATURE
from tests.contract.pictures import make_file
from tests.contract.probes import Probe
from tests.contract.stage import Stage

BOUNDARY = "XBOUNDARYX"
PART = re.compile(r"name=(\S+)( filename=(\S*))? type=(\S+) (\d+) bytes")
DATE_SLOT = "YYYY-MM-DDTHH%3AMM%3ASSZ"
SIGNATURE_SLOT = "SIGNATURE_64_HEX"
# Probe -> age in seconds of a URL that the probe signed itself.
SELF_SIGNED = {
    "upload.expired": 16 * 60,
    "upload.expired_by_1s": 902,
    "upload.before_expiry_30s": 870,
    "upload.date_in_future": -3600,
}
# Bodies that the recording describes in other words.
LITERAL = ("{}", "file=abc", "--X--", "")


def find_upload(probe: Probe) -> str | None:
    """Return the placeholder of the object that a probe uploads, if it does."""
    path = probe.request.get("path", "")
    if "x-authgear-" not in path and probe.id != "upload.no_query":
        return None
    named = re.search(r"OBJECT_ID_\d+", path)
    # One probe puts another object's id into the path.
    return named[0] if named else "OBJECT_ID_73"


def presign(stage: Stage, probe: Probe, name: str) -> None:
    """Make the URL that a probe uploads to."""
    stage.presign(name, SELF_SIGNED.get(probe.id, 0))


def make_path(stage: Stage, probe: Probe, name: str) -> str:
    """Return an upload's path and query, altered as the probe altered them."""
    pairs = stage.upload_urls[name].partition("?")[2].split("&")
    live = dict(pair.split("=", 1) for pair in pairs)
    date, signature = live["x-authgear-date"], live[SIGNATURE]
    if probe.id == "upload.bad_signature":
        signature = "0" * len(signature)
    if probe.id == "upload.date_altered":
        earlier = datetime.fromtimestamp(stage.clock.now - 3600, UTC)
        date = quote(earlier.strftime(DATE_FORMAT), safe="")
    path = re.sub(r"OBJECT_ID_\d+", stage.object_id(name), probe.request["path"])
    path = path.replace(DATE_SLOT, date).replace(SIGNATURE_SLOT, signature)
    return stage.fill(path)


def make_body(probe: Probe) -> bytes | None:
    """Return an upload's body."""
    if probe.request["body"] is None:
        return None
    described = str(probe.request["body"])
    if described in LITERAL:
        return described.encode()
    parts = PART.findall(described) or [("file", " ", "p.jpg", "image/jpeg", "1")]
    body = b"".join(_make_part(probe, *part) for part in parts)
    if "raw" in described:
        return make_file(probe.id, "p.jpg", 1)
    return body[:-400] if "cut" in described else body + f"--{BOUNDARY}--\r\n".encode()


def _make_part(
    probe: Probe,
    name: str,
    has_filename: str,
    filename: str,
    media_type: str,
    size: str,
) -> bytes:
    """Return one part of a form."""
    shown = f'; filename="{filename}"' if has_filename else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{shown}\r\n'
    if media_type != "(none)":
        head += f"Content-Type: {media_type}\r\n"
    content = make_file(probe.id, filename or "p.jpg", int(size))
    return head.encode() + b"\r\n" + content + b"\r\n"
