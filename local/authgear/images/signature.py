"""The signature of an upload URL: HMAC-SHA256 over host, path and query."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

from ..errors import refuse

LIFETIME = 900  # seconds
DATE = "x-authgear-date"
EXPIRES = "x-authgear-expires"
# base64url of {"uploaded_by":"admin_api"}
METADATA = "eyJ1cGxvYWRlZF9ieSI6ImFkbWluX2FwaSJ9"
DATE_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
SIGNATURE = "x-authgear-signature"


def sign(secret: bytes, *, host: str, path: str, now: float) -> str:
    """Return the signed query for an upload to a path, valid from now."""
    query = {
        "x-authgear-algorithm": "HMAC-SHA256",
        DATE: datetime.fromtimestamp(now, UTC).strftime(DATE_FORMAT),
        EXPIRES: str(LIFETIME),
        "x-authgear-metadata": METADATA,
        "x-authgear-signedheaders": "host",
    }
    query[SIGNATURE] = _sign(secret, host, path, query)
    return urlencode(sorted(query.items()))


def verify(
    secret: bytes, *, host: str, path: str, query: Mapping[str, str], now: float
) -> None:
    """Refuse an upload whose query is another one than was signed, or too old."""
    expected = _sign(secret, host, path, query)
    if not hmac.compare_digest(query.get(SIGNATURE, "").encode(), expected.encode()):
        refuse("invalid signature", "InvalidSignature", canonical_request=path)
    date = datetime.strptime(query[DATE], DATE_FORMAT).replace(tzinfo=UTC)
    if now > date.timestamp() + int(query[EXPIRES]):
        refuse("expired signature", "ExpiredSignature")


def _sign(secret: bytes, host: str, path: str, query: Mapping[str, str]) -> str:
    """Return the signature of all that an upload URL says."""
    signed = sorted((name, it) for name, it in query.items() if name != SIGNATURE)
    text = f"{host}{path}?{urlencode(signed)}"
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
