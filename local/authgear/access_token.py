"""The key pairs of the Admin API, and the tokens signed with them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

if TYPE_CHECKING:
    from jwt.types import Options

# Clocks may differ by this much (seconds); contract: presign.expired_4m and _10m.
SKEW = 300
# The times are checked against the emulator's own clock.
WITHOUT_TIMES: Options = {
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_sub": False,
    "verify_jti": False,
}


class ForbiddenError(Exception):
    """The token is not accepted; the server never says why."""


@dataclass(frozen=True)
class KeyPair:
    """An RSA key pair with its id; `private_key` is PEM."""

    key_id: str
    private_key: str
    public_key: rsa.RSAPublicKey


def make_key_pair() -> KeyPair:
    """Make a new key pair."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return KeyPair(str(uuid.uuid4()), pem.decode(), key.public_key())


def verify_authorization(
    header: str | None,
    *,
    app_id: str,
    key: KeyPair,
    clock: Callable[[], float],
    skew: float = SKEW,
) -> dict[str, Any]:
    """Return the claims of a header's token, or raise `ForbiddenError`."""
    scheme, _, token = (header or "").partition(" ")
    if scheme != "Bearer":
        raise ForbiddenError
    try:
        if jwt.get_unverified_header(token.strip()).get("kid") != key.key_id:
            raise ForbiddenError
        claims: dict[str, Any] = jwt.decode(
            token.strip(),
            key.public_key,
            algorithms=["RS256"],
            audience=app_id,
            options=WITHOUT_TIMES,
        )
    except jwt.PyJWTError as error:
        raise ForbiddenError from error
    if not _is_timely(claims, clock(), skew):
        raise ForbiddenError
    return claims


def _is_timely(claims: dict[str, Any], now: float, skew: float) -> bool:
    """Tell whether the token is valid now; a claim that is missing is not checked."""
    begins = [claims[name] for name in ("iat", "nbf") if name in claims]
    begun = all(begin <= now + skew for begin in begins)
    return begun and ("exp" not in claims or claims["exp"] > now - skew)
