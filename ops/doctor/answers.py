"""The meaning of the endpoint's answers, and of missing ones, for the operator."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests

import authgear
from authgear import AuthgearError
from ops.doctor.check import Check, unknown, wrong

GATEWAY = (502, 503, 504)  # what a proxy answers when nothing behind it does
CERTIFICATE_REMEDIES = {
    "expired": "Renew the server's certificate (or set this machine's clock).",
    "not valid yet": "Set the clocks of this machine and of the server.",
    "another": "Set AuthgearEndpoint to a name that the certificate is for.",
    "unknown CA": (
        "If the CA is your own, set AuthgearCa to its certificate (docs/settings.md); "
        "else let the server send its intermediate certificates."
    ),
}
PRIVATE_CA = (
    "Set AuthgearCa to the certificate of the CA (docs/settings.md), or use a "
    "certificate of a public CA."
)


@dataclass
class LastAnswer:
    """
    The head of the last answer; a hook of `requests` fills it in.

    Args:
        status: HTTP status; 0 if no answer came.

        content_type: As the answer has it.

        date: Seconds since the epoch at the server; None if it did not say.
    """

    status: int = 0
    content_type: str = ""
    date: float | None = None

    def note(self, response: requests.Response, *_: Any, **__: Any) -> None:
        """Note an answer."""
        self.status = response.status_code
        self.content_type = response.headers.get("Content-Type", "").lower()
        self.date = read_date(response.headers.get("Date", ""))

    @property
    def is_of_a_proxy(self) -> bool:
        """Whether a proxy answered because what is behind it did not."""
        return self.status in GATEWAY and "json" not in self.content_type


def read_date(text: str) -> float | None:
    """Return the seconds since the epoch that a Date header means."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError):
        return None


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL; never its query, which may be a secret."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}" if host.isprintable() else "another server"


def explain(
    name: str, what: str, path: str, error: AuthgearError, last: LastAnswer
) -> Check:
    """
    Return the check of a part of Authgear whose answer is missing or wrong.

    Args:
        name: The check's.

        what: The part of Authgear, such as `Authgear's Admin API`.

        path: Where the part answers.

        error: The request's error.

        last: The head of its answer.
    """
    if isinstance(error, authgear.CertificateUntrusted):
        found = (
            it for word, it in CERTIFICATE_REMEDIES.items() if word in error.detail
        )
        return wrong(name, error.detail, next(found, PRIVATE_CA))
    if isinstance(error, authgear.TimedOut):
        remedy = "Is the server overloaded, or does a firewall drop what is sent?"
        return wrong(name, f"{what} does not answer in time", remedy)
    if isinstance(error, authgear.NoAnswer):
        remedy = (
            "Check AuthgearEndpoint, that the server runs, and that name service, "
            "network and firewall let you there."
        )
        return wrong(name, f"nothing answers: {error.detail}", remedy)
    if isinstance(error, authgear.RateLimited):
        return unknown(name, "Authgear asks for fewer requests", "Wait a minute.")
    if last.is_of_a_proxy:
        finding = f"a proxy answers {last.status}: {what} behind it does not"
        return wrong(
            name, finding, "Start it, or see the proxy's log for why it is not reached."
        )
    if isinstance(error, authgear.Unavailable):
        tracking = f", for tracking id {error.tracking_id}" if error.tracking_id else ""
        finding = f"{what} fails: {error}"
        remedy = f"See Authgear's own log{tracking}: is its database or Redis down?"
        return wrong(name, finding, remedy)
    finding = f"what answers {path} is not {what} (status {last.status})"
    remedy = f"Let the proxy pass {path} on to {what}."
    return wrong(name, finding, remedy)
