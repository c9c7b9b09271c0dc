"""The access tokens of the recorded probes, good and bad."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from local.authgear import Authgear
from local.authgear.access_token import make_key_pair

Claims = dict[str, Any]
SHARED_SECRET = "s" * 32

# Probe -> claims that differ; a number is seconds from now, None leaves one out.
CLAIMS: dict[str, Claims] = {
    "presign.aud_wrong": {"aud": ["other"]},
    "presign.aud_string": {"aud": "APP_ID"},
    "presign.aud_two": {"aud": ["other", "APP_ID"]},
    "presign.aud_missing": {"aud": []},
    "presign.expired_1m": {"exp": -60},
    "presign.expired_4m": {"exp": -240},
    "presign.expired_10m": {"exp": -600},
    "presign.iat_future_60s": {"iat": 60},
    "presign.iat_future_4m": {"iat": 240},
    "presign.iat_future_10m": {"iat": 600},
    "presign.nbf_future_10m": {"nbf": 600},
    "presign.no_exp": {"exp": None},
    "presign.no_iat": {"iat": None},
    "presign.exp_10_years": {"exp": 10 * 365 * 24 * 3600},
    "audit.context_not_object": {"audit_context": "text"},
}


def make_token(
    authgear: Authgear, now: float, probe_id: str = "", **claims: Any
) -> str:
    """
    Make the token of a probe; a good one for those that say nothing about it.

    Args:
        authgear: Whose key signs.

        now: Seconds since 1970.

        probe_id: The probe.

        claims: Further claims, as in `CLAIMS`.
    """
    differing = CLAIMS.get(probe_id, {}) | claims
    merged = {"aud": ["APP_ID"], "iat": 0, "exp": 300} | differing
    filled = {name: _fill(value, authgear, now) for name, value in merged.items()}
    kept = {name: value for name, value in filled.items() if value is not None}
    sign = SIGNERS.get(probe_id, _sign_well)
    return sign(authgear, kept)


def _fill(value: Any, authgear: Authgear, now: float) -> Any:
    """Return a claim's value at a moment."""
    if isinstance(value, int):
        return int(now) + value
    if isinstance(value, list):
        return [authgear.app_id if item == "APP_ID" else item for item in value]
    return authgear.app_id if value == "APP_ID" else value


def _sign_well(authgear: Authgear, claims: Claims) -> str:
    """Sign as the server wants it."""
    return _sign(authgear, claims)


def _sign(
    authgear: Authgear,
    claims: Claims,
    *,
    key: str | None = None,
    algorithm: str = "RS256",
    **headers: Any,
) -> str:
    """Sign with some key and algorithm; `headers` are put into the token's header."""
    named = {"kid": authgear.key_pair.key_id} | headers
    if algorithm.startswith("HS"):
        return jwt.encode(claims, SHARED_SECRET, algorithm=algorithm, headers=named)
    loaded = load_key(key or authgear.key_pair.private_key)
    return jwt.encode(claims, loaded, algorithm=algorithm, headers=named)


@cache
def load_key(pem: str) -> RSAPrivateKey:
    """Load a key once: its mathematics are checked, which takes its time."""
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    assert isinstance(key, RSAPrivateKey)
    return key


def _sign_without_kid(authgear: Authgear, claims: Claims) -> str:
    """Sign without naming the key."""
    return jwt.encode(
        claims, load_key(authgear.key_pair.private_key), algorithm="RS256"
    )


def _sign_with_public_key(authgear: Authgear, claims: Claims) -> str:
    """Sign with the public key as if it were a shared secret."""
    pem = authgear.key_pair.public_key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    header = {"alg": "HS256", "typ": "JWT", "kid": authgear.key_pair.key_id}
    parts = [json.dumps(part).encode() for part in (header, claims)]
    signed = ".".join(base64.urlsafe_b64encode(p).decode().rstrip("=") for p in parts)
    digest = hmac.new(pem, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def _leave_unsigned(authgear: Authgear, claims: Claims) -> str:
    """Make a token without a signature."""
    return jwt.encode(
        claims, "", algorithm="none", headers={"kid": authgear.key_pair.key_id}
    )


SIGNERS: dict[str, Callable[[Authgear, Claims], str]] = {
    "presign.kid_wrong": lambda a, c: _sign(a, c, kid="nope"),
    "presign.kid_missing": _sign_without_kid,
    "presign.other_key": lambda a, c: _sign(a, c, key=make_key_pair().private_key),
    "presign.hs256": lambda a, c: _sign(a, c, algorithm="HS256"),
    "presign.hs256_pubkey": _sign_with_public_key,
    "presign.alg_none": _leave_unsigned,
    "presign.rs512": lambda a, c: _sign(a, c, algorithm="RS512"),
    "presign.ps256": lambda a, c: _sign(a, c, algorithm="PS256"),
    "presign.typ_missing": lambda a, c: _sign(a, c, typ=None),
}
