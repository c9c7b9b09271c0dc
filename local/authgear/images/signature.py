"""The signature of an upload URL: HMAC-SHA256 over method, path, query and host."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, quote_plus, urlencode

from ..errors import APIError, refuse

ALGORITHM = "HMAC-SHA256"
LIFETIME = 900  # seconds
DATE = "x-authgear-date"
EXPIRES = "x-authgear-expires"
# base64url of {"uploaded_by":"admin_api"}
METADATA = "eyJ1cGxvYWRlZF9ieSI6ImFkbWluX2FwaSJ9"
DATE_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
SIGNATURE = "x-authgear-signature"


def sign(
    secret: bytes, *, host: str, path: str, now: float, metadata: str = METADATA
) -> str:
    """Return the signed query for an upload to a path, valid from now."""
    query = {
        "x-authgear-algorithm": ALGORITHM,
        DATE: datetime.fromtimestamp(now, UTC).strftime(DATE_FORMAT),
        EXPIRES: str(LIFETIME),
        "x-authgear-metadata": metadata,
        "x-authgear-signedheaders": "host",
    }
    request = canonical_request("POST", host, path, urlencode(query))
    query[SIGNATURE] = _sign_request(secret, query[DATE], request).hex()
    return urlencode(sorted(query.items()))


def verify(secret: bytes, *, host: str, path: str, query: str, now: float) -> None:
    """
    Check an upload's signed query.

    Raises:
        APIError: The first thing that is wrong, in the real server's order.
    """
    values: Mapping[str, str] = dict(parse_qsl(query, keep_blank_values=True))
    try:
        claimed = bytes.fromhex(values.get(SIGNATURE, ""))
    except ValueError as error:
        raise _invalid_parameter(SIGNATURE) from error
    try:
        date = datetime.strptime(values.get(DATE, ""), DATE_FORMAT).replace(tzinfo=UTC)
    except ValueError as error:
        raise _invalid_parameter(DATE) from error
    try:
        expires = int(values.get(EXPIRES, ""))
    except ValueError as error:
        raise _invalid_parameter(EXPIRES) from error
    request = canonical_request("POST", host, path, query)
    expected = _sign_request(secret, values[DATE], request)
    if not hmac.compare_digest(claimed, expected):
        refuse("invalid signature", "InvalidSignature", canonical_request=request)
    if now > date.timestamp() + expires:
        refuse("expired signature", "ExpiredSignature")


def canonical_request(method: str, host: str, path: str, query: str) -> str:
    """Write a request the one way that is signed: the query sorted, host the header."""
    pairs = sorted(parse_qsl(query, keep_blank_values=True), key=lambda pair: pair[0])
    canonical_query = "&".join(
        f"{quote_plus(name)}={quote_plus(value)}" if value else quote_plus(name)
        for name, value in pairs
        if name not in ("", SIGNATURE)
    )
    escaped = quote(path, safe="/~!$&'()*+,;=:@")
    return "\n".join(
        [
            method,
            escaped,
            canonical_query,
            f"host:{host}",
            "",
            "host",
            "UNSIGNED-PAYLOAD",
        ]
    )


def _sign_request(secret: bytes, date: str, request: str) -> bytes:
    """Return the signature of a canonical request."""
    digest = hashlib.sha256(request.encode()).hexdigest()
    text = f"{ALGORITHM}\n{date}\n{digest}"
    return hmac.new(secret, text.encode(), hashlib.sha256).digest()


def _invalid_parameter(name: str) -> APIError:
    """Make the error of a query parameter that cannot be read."""
    return APIError("Invalid", "InvalidSignatureQueryParam", f"invalid {name}")
