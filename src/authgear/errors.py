"""
Errors of the calls to Authgear.

    AuthgearError                never raised itself
    ├── CredentialsUnavailable   no access token could be made
    ├── StaleAttributes          attributes were read too long ago to be sent
    ├── NoAnswer                 never raised itself
    │   ├── Unreachable          no connection, or it broke
    │   ├── CertificateUntrusted the server's TLS certificate is not trusted
    │   └── TimedOut             no answer within the time given
    └── BadAnswer                never raised itself
        ├── Forbidden            403: the token is not accepted
        ├── RateLimited          429: fewer requests, please
        ├── Unavailable          an error that may pass
        ├── Unexpected           an answer that Authgear does not give
        └── Refused              final: the same request will never work
            ├── UserNotFound
            ├── UserAnonymized
            ├── AttributesInvalid
            ├── DeniedByHook
            └── PictureNotKept

`BatchRolledBack` is beside the tree: it is about several users, and no user's outcome.

No message holds a response body, a URL's query, a token or an attribute's value.
"""

from __future__ import annotations


class AuthgearError(Exception):
    """
    Root of all errors of this package; never raised itself.

    Args:
        step: Which call failed: `token`, `presign`, `upload`, `read`, `find`, `update`,
            `mark`.

        detail: What happened, for a person.

        status: HTTP status of the answer, if one came.

        tracking_id: Authgear's own id of the failure, for its logs.

        retry_after: Seconds that the server asks to wait; else `usual_pause`.
    """

    retryable = True  # whether a later delivery of the event may work
    may_repeat = True  # whether the same request a moment later may work
    usual_pause: float | None = None  # seconds to wait if the server names no time

    def __init__(
        self,
        *,
        step: str,
        detail: str,
        status: int | None = None,
        tracking_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.step = step
        self.detail = detail
        self.status = status
        self.tracking_id = tracking_id
        self.retry_after = self.usual_pause if retry_after is None else retry_after
        # GraphQL errors come with 200, which says nothing.
        shown = status if status != 200 else None
        facts = {"status": shown, "tracking_id": tracking_id}
        known = ", ".join(f"{name}={value}" for name, value in facts.items() if value)
        super().__init__(
            f"Authgear: {step} failed: {detail}" + (f" ({known})" if known else "")
        )


class CredentialsUnavailable(AuthgearError):
    """Raised when the key pair is not available, or cannot sign."""

    may_repeat = False


class StaleAttributes(AuthgearError):
    """Raised instead of an update whose attributes were read too long ago."""

    may_repeat = False


class NoAnswer(AuthgearError):
    """No answer came; whether the work was done is unknown. Never raised itself."""


class Unreachable(NoAnswer):
    """Raised when no connection could be made, or it broke before the answer's end."""


class CertificateUntrusted(NoAnswer):
    """Raised when the server's TLS certificate is not trusted: nothing was sent."""


class TimedOut(NoAnswer):
    """Raised when no answer came before the deadline."""


class BadAnswer(AuthgearError):
    """An answer came, and it is not the one asked for. Never raised itself."""


class Forbidden(BadAnswer):
    """Raised when Authgear does not accept the access token: always a bare 403."""

    may_repeat = False


class RateLimited(BadAnswer):
    """Raised when Authgear, or the service in front of it, asks for fewer requests."""

    usual_pause = 5.0


class Unavailable(BadAnswer):
    """Raised when Authgear answers with a temporary error."""


class Unexpected(BadAnswer):
    """Raised when an answer is not one of Authgear's, with any status."""


class Refused(BadAnswer):
    """Raised when Authgear refuses this very request for good."""

    retryable = False
    may_repeat = False


class UserNotFound(Refused):
    """Raised when the user does not exist (any more)."""


class UserAnonymized(Refused):
    """Raised when the user is anonymized and therefore cannot be updated."""


class AttributesInvalid(Refused):
    """Raised when an attribute that the user already has is invalid today."""


class DeniedByHook(Refused):
    """Raised when a blocking hook of the Authgear project forbids the update."""


class PictureNotKept(Refused):
    """Raised when the update's own answer shows another picture, due to a hook."""


class BatchRolledBack(Exception):
    """
    Raised when one update of several fails: Authgear then stores none of them.

    Send the updates one by one: each then has an outcome of its own.

    Args:
        cause: The error that the failing update would meet alone.

        user_id: Whose update failed; `None` if the answer does not say.
    """

    def __init__(self, cause: AuthgearError, user_id: str | None) -> None:
        self.cause = cause
        self.user_id = user_id
        super().__init__(f"all updates of the request are rolled back: {cause}")
