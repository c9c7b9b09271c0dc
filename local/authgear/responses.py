"""Answers in the forms of the real server."""

from __future__ import annotations

import json
import uuid
from http import HTTPStatus
from typing import Any

from flask import Response

from .errors import APIError, rate_limited, unexpected


def answer_json(value: Any, status: int = 200, *, charset: bool = False) -> Response:
    """Answer with JSON; GraphQL's answers name the charset."""
    content_type = "application/json; charset=utf-8" if charset else "application/json"
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
    return Response(text, status, content_type=content_type)


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
    return Response(f"{text}\n", status, content_type="text/plain; charset=utf-8")


def answer_empty(status: int) -> Response:
    """Answer with a status only."""
    response = Response(status=status)
    del response.headers["Content-Type"]
    return response


def answer_store_error(status: int, code: str, message: str, key: str) -> Response:
    """Answer with the object store's own XML, which the server passes on."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{message}</Message>"
        f"<Key>{key}</Key><BucketName>images</BucketName>"
        f"<Resource>/images/{key}</Resource>"
        f"<RequestId>{uuid.uuid4().hex[:16].upper()}</RequestId>"
        f"<HostId>{uuid.uuid4().hex}{uuid.uuid4().hex}</HostId></Error>"
    )
    return Response(body, status, content_type="text/xml; charset=utf-8")


def answer_status(status: int) -> Response:
    """Answer as the server, or a proxy before it, words a failure of this status."""
    match status:
        case 403:
            return answer_plain("Forbidden", 403)
        case 429:
            return answer_error(rate_limited())
        case 500:
            return answer_error(unexpected())
    title = f"{status} {HTTPStatus(status).phrase}"
    page = f"<html><head><title>{title}</title></head><body>{title}</body></html>"
    return Response(page, status, content_type="text/html")
