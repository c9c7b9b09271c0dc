"""Access tokens: their claims, when they are renewed, and keys that cannot sign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from authgear import AccessTokens, CredentialsUnavailable, KeyPair
from tests.fakes.clock import FakeClock
from tests.fakes.key_pair import KEY_PAIR

CANARY = "CANARYCANARYCANARYCANARYCANARYCANARY"
BROKEN = {
    "empty": "",
    "text": CANARY,
    "no-base64": f"-----BEGIN PRIVATE KEY-----\n{CANARY}!\n-----END PRIVATE KEY-----",
    "no-key": f"-----BEGIN PRIVATE KEY-----\n{CANARY}\n-----END PRIVATE KEY-----",
    "cut-off": KEY_PAIR.private_key[:-200],
}


class Tokens:
    """Access tokens whose clock and key pairs a test can change."""

    def __init__(
        self, *key_pairs: KeyPair, context: Mapping[str, str] | None = None
    ) -> None:
        self.clock = FakeClock(1_795_476_643.9)
        self.key_pairs = list(key_pairs or [KEY_PAIR])
        self.loads = 0
        self.tokens = AccessTokens(
            app_id="demo",
            load_key_pair=self._load,
            audit_context=context,
            clock=self.clock,
        )

    def _load(self) -> KeyPair:
        """Return the next key pair; the last one forever."""
        self.loads += 1
        return self.key_pairs.pop(0) if len(self.key_pairs) > 1 else self.key_pairs[0]


def test_token_is_what_authgear_accepts() -> None:
    """RS256, the key's id, a list of one audience, and five minutes at most."""
    token = Tokens(context={"source": "s3"}).tokens.current()

    assert jwt.get_unverified_header(token) == {
        "alg": "RS256",
        "kid": KEY_PAIR.key_id,
        "typ": "JWT",
    }
    assert verify(token) == {
        "aud": ["demo"],
        "iat": 1_795_476_583,  # a minute back: old servers allow no clock skew
        "exp": 1_795_476_943,
        "audit_context": {"source": "s3"},
    }


def test_audit_context_is_an_object_where_none_is_given() -> None:
    """audit.context_not_object: anything but an object is ignored."""
    assert verify(Tokens().tokens.current())["audit_context"] == {}


def test_token_is_kept_until_a_minute_before_its_end() -> None:
    """The same token until 240 s after the second in which it was signed."""
    made = Tokens()
    first = made.tokens.current()

    made.clock.now = 1_795_476_643 + 239.99
    kept = made.tokens.current()
    made.clock.now = 1_795_476_643 + 240
    renewed = made.tokens.current()

    assert kept == first
    assert verify(renewed)["iat"] == 1_795_476_823
    assert made.loads == 1


def test_renewed_token_uses_the_key_of_then() -> None:
    """After `renew` the key pair is loaded again, since it may have been rotated."""
    rotated = KeyPair(key_id="rotated", private_key=KEY_PAIR.private_key)
    made = Tokens(KEY_PAIR, rotated)
    made.tokens.current()

    made.tokens.renew()
    token = made.tokens.current()

    assert jwt.get_unverified_header(token)["kid"] == "rotated"
    assert made.loads == 2


def test_key_pair_is_loaded_when_it_is_needed() -> None:
    """Nothing is loaded before the first token."""
    assert Tokens().loads == 0


@pytest.mark.parametrize("pem", BROKEN.values(), ids=BROKEN)
def test_broken_key_is_unavailable_credentials(pem: str) -> None:
    """The error says so without the key, and without an error that might hold it."""
    with pytest.raises(CredentialsUnavailable) as caught:
        Tokens(KeyPair(key_id="k", private_key=pem)).tokens.current()

    error = caught.value
    assert str(error) == (
        "Authgear: token failed: the private key is not an RSA key in PEM form"
    )
    assert (error.step, error.status, error.retryable) == ("token", None, True)
    assert (error.__cause__, error.__context__) == (None, None)
    assert CANARY not in f"{error!r} {error.args} {vars(error)}"


def test_broken_key_is_loaded_again() -> None:
    """A secret that was put right is used for the next request."""
    made = Tokens(KeyPair(key_id="k", private_key="broken"), KEY_PAIR)
    with pytest.raises(CredentialsUnavailable):
        made.tokens.current()

    assert verify(made.tokens.current())["aud"] == ["demo"]


def test_key_pair_hides_its_key() -> None:
    """The private key is not in what is printed of a key pair."""
    pair = KeyPair(key_id="k", private_key=CANARY)

    assert repr(pair) == "KeyPair(key_id='k')"


def verify(token: str) -> Any:
    """Check a token's signature and return its claims."""
    key = serialization.load_pem_private_key(KEY_PAIR.private_key.encode(), None)
    return jwt.decode(
        token,
        key.public_key(),  # type: ignore[arg-type] # it is an RSA key
        algorithms=["RS256"],
        options={"verify_exp": False, "verify_iat": False, "verify_aud": False},
    )
