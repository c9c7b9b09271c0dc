"""Access tokens for the Admin API: signed by us, renewed before they expire."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .errors import CredentialsUnavailable

LIFETIME = 300  # seconds from now; the longest that Authgear's documentation advises
# Seconds that `iat` is in the past: servers before 2026-06-11.0 refuse a token from a
# clock that is a moment ahead of theirs.
ISSUED_BEFORE = 60
RENEW_BEFORE = 60  # seconds before the end; more than any one request takes


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyPair:
    """
    A key pair of the Admin API, as the Authgear portal hands it out.

    Args:
        key_id: The key's id, sent as `kid`.

        private_key: The RSA private key as PEM text; never shown.
    """

    key_id: str
    private_key: str = field(repr=False)


class AccessTokens:
    """
    Hand out the current access token, and sign a new one when it is time.

    Args:
        app_id: The Authgear project's app id, sent as `aud`.

        load_key_pair: Fetches the key pair; called once, and again after `renew`.

        audit_context: Facts that Authgear's audit log keeps with each request.

        clock: Seconds since the epoch.
    """

    def __init__(
        self,
        *,
        app_id: str,
        load_key_pair: Callable[[], KeyPair],
        audit_context: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.app_id = app_id
        self._load_key_pair = load_key_pair
        self._audit_context = dict(audit_context or {})
        self._clock = clock
        self._key_pair: KeyPair | None = None
        self._token = ""
        self._renew_at = 0.0

    def current(self) -> str:
        """
        Return a token that is valid for at least a minute.

        Raises:
            CredentialsUnavailable: The key pair is not available, or cannot sign.
        """
        if self._clock() >= self._renew_at:
            self._sign()
        return self._token

    def renew(self) -> None:
        """Forget token and key pair, so that the next token uses a rotated key."""
        self._key_pair = None
        self._renew_at = 0.0

    def _sign(self) -> None:
        """Sign a token; RS256 is the one algorithm that Authgear accepts."""
        import jwt  # with certificates and all: a quarter more for a cold start to load

        now = int(self._clock())
        self._key_pair = self._key_pair or self._load_key_pair()
        claims = {
            "aud": [self.app_id],
            "iat": now - ISSUED_BEFORE,
            "exp": now + LIFETIME,
            "audit_context": self._audit_context,
        }
        try:
            self._token = jwt.encode(
                claims,
                self._key_pair.private_key,
                algorithm="RS256",
                headers={"kid": self._key_pair.key_id},
            )
        except Exception:  # noqa: BLE001 - a bad key raises errors of three libraries
            self._key_pair = None
        else:
            self._renew_at = now + LIFETIME - RENEW_BEFORE
            return
        # Raised here, not above, so that no library's error comes along as the context.
        raise CredentialsUnavailable(
            step="token", detail="the private key is not an RSA key in PEM form"
        )
