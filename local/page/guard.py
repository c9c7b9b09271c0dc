"""Keeps other web pages, open in the same browser, away from this one."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, request

from local.authgear.responses import answer_plain

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def refuse_foreign() -> Response | None:
    """
    Answer a request that does not come from the page itself.

    A name that leads to this machine, but is not its own name, is another site's (DNS
    rebinding). What changes something must name this page as its origin where the
    browser tells one, and be JSON, which no form of another site can send.
    """
    if _host_name() not in LOOPBACK:
        return answer_plain("This server is for 127.0.0.1 alone.", 421)
    if request.method in ("GET", "HEAD"):
        return None
    origin = request.headers.get("Origin", _own_origin())
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if origin != _own_origin() or site not in ("same-origin", "none"):
        return answer_plain("Another site must not do this.", 403)
    if request.mimetype != "application/json":
        return answer_plain("Send JSON.", 415)
    return None


def secure(response: Response, *, images: str, bucket: str) -> Response:
    """Tell the browser from where the page may load, and that nobody may frame it."""
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        f"img-src 'self' data: {images}; connect-src 'self' {bucket}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _host_name() -> str | None:
    """Return the host's name as the browser knows it, without the port."""
    try:
        return urlsplit(f"//{request.headers.get('Host', '')}").hostname
    except ValueError:
        return None


def _own_origin() -> str:
    """Return the origin by which the browser has come here."""
    return f"http://{request.headers.get('Host', '')}"
