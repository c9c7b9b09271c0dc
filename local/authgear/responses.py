"""Answers in the forms of the real server: Go's JSON, plain text, S3's XML."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Response

from .errors import APIError, rate_limited, unexpected

# Go's encoder escapes these three, since JSON may land in an HTML page.
ESCAPES = str.maketrans({"&": "\\u0026", "<": "\\u003c", ">": "\\u003e"})
PLAIN = "text/plain; charset=utf-8"
REDIRECTS = {301: "Moved Permanently", 302: "Found", 307: "Temporary Redirect"}


@dataclass(frozen=True)
class Deferred:
    """A value that is found out when the answer is written, after all mutations."""

    compute: Callable[[], Any]


def to_json(value: Any, **options: Any) -> str:
    """Write JSON as the real server does: compact, with `&`, `<` and `>` escaped."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, **options)
    return text.translate(ESCAPES)


def answer_json(value: Any, status: int = 200) -> Response:
    """Answer with JSON outside GraphQL."""
    return Response(to_json(value), status, mimetype="application/json")


def answer_error(error: APIError) -> Response:
    """Answer with an error outside GraphQL."""
    content = {
        "name": error.name,
        "reason": error.reason,
        "message": error.message,
        "code": error.code,
        "tracking_id": uuid.uuid4().hex,
    }
    if error.info:
        content["info"] = error.info
    return answer_json({"error": content}, error.code)


def answer_plain(text: str, status: int) -> Response:
    """Answer with one line of text."""
    return Response(f"{text}\n", status, content_type=PLAIN)


def answer_empty(status: int) -> Response:
    """Answer with a status only."""
    response = Response(status=status)
    del response.headers["Content-Type"]
    return response


def answer_status(status: int) -> Response:
    """Answer as the server, or a proxy before it, words a failure of this status."""
    match status:
        case 403:
            return answer_plain("Forbidden", 403)
        case 429:
            return answer_error(rate_limited())
        case 500:
            return answer_error(unexpected())
        case _:
            title = f"{status} {HTTPStatus(status).phrase}"
            page = (
                f"<html><head><title>{title}</title></head><body>{title}</body></html>"
            )
            return Response(page, status, content_type="text/html")


def answer_redirect(location: str, status: int, *, with_body: bool = True) -> Response:
    """Answer with a redirect, worded as Go's standard library does."""
    body = f'<a href="{location}">{REDIRECTS[status]}</a>.\n\n' if with_body else ""
    response = Response(body, status, content_type="text/html; charset=utf-8")
    response.headers["Location"] = location
    # The real server's locations are relative.
    response.autocorrect_location_header = False
    return response


def answer_store_error(
    status: int, code: str, message: str, key: str, *, names_key: bool
) -> Response:
    """Answer with the object store's own XML, which the server passes on."""
    named = f"<Key>{key}</Key><BucketName>images</BucketName>" if names_key else ""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{message}</Message>{named}"
        f"<Resource>/images/{key}</Resource>"
        f"<RequestId>{uuid.uuid4().hex[:16].upper()}</RequestId>"
        f"<HostId>{uuid.uuid4().hex}{uuid.uuid4().hex}</HostId></Error>"
    )
    return Response(body, status, content_type="text/xml; charset=utf-8")
