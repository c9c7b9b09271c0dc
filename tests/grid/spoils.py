"""The result of an answer on its way from AWS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.grid.wire import Answer, Exchange, Spoil

CHUNK = b"10000\r\n" + bytes(0x10000) + b"\r\n"


def reset_in_head(exchange: Exchange) -> None:
    """Break off in the middle of a header."""
    exchange.send(exchange.forward().head()[:40])
    exchange.reset()


def reset_in_body(exchange: Exchange) -> None:
    """Break off in the middle of the body."""
    answer = exchange.forward()
    exchange.send(answer.head() + answer.body[: len(answer.body) // 2])
    exchange.reset()


def hung(exchange: Exchange) -> None:
    """Answer nothing for as long as the client waits."""
    exchange.wait()


def hung_in_body(exchange: Exchange) -> None:
    """Answer half of the body, and nothing more for as long as the client waits."""
    answer = exchange.forward()
    exchange.send(answer.head() + answer.body[: len(answer.body) // 2])
    exchange.wait()


def ended_early(exchange: Exchange) -> None:
    """Close the connection before the body has its length."""
    answer = exchange.forward()
    exchange.send(answer.head() + answer.body[:-4])
    exchange.close_connection = True


def said_shorter(exchange: Exchange) -> None:
    """Send the whole body under a length that is too small."""
    answer = exchange.forward()
    exchange.send(answer.head(len(answer.body) - 4) + answer.body)


def said_longer(exchange: Exchange) -> None:
    """Send more than the length says."""
    answer = exchange.forward()
    exchange.send(answer.head() + answer.body + b"canary-body")


def cut_short(exchange: Exchange) -> None:
    """Send a part of the body, with its length, as if it were the whole."""
    answer = exchange.forward()
    exchange.send_answer(replace(answer, body=answer.body[:-9]))


def endless(exchange: Exchange) -> None:
    """Send a body for as long as the client reads."""
    head, _, _ = exchange.forward().head().partition(b"Content-Length")
    exchange.send(head + b"Transfer-Encoding: chunked\r\n\r\n")
    while exchange.goes_on(0.002):  # at full speed a gigabyte would come in a second
        exchange.send(CHUNK)


def dripped_head(exchange: Exchange) -> None:
    """Send headers byte by byte, for as long as the client reads."""
    exchange.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while exchange.goes_on(0.1):
        exchange.send(b"x")


def dripped_body(seconds: float) -> Spoil:
    """Make a fault that sends a true answer's body byte by byte."""

    def spoil(exchange: Exchange) -> None:
        answer = exchange.forward()
        exchange.send(answer.head())
        for byte in answer.body:
            if not exchange.goes_on(seconds):
                return
            exchange.send(bytes([byte]))

    return spoil


def answered(
    status: int, body: str = "", headers: Mapping[str, str] | None = None
) -> Spoil:
    """Make a fault that answers in the services' place."""
    answer = Answer(status=status, headers=headers or {}, body=body.encode())
    return lambda exchange: exchange.send_answer(answer)


def error(status: int, code: str, elsewhere: str = "", **headers: str) -> Spoil:
    """Make a fault that is an error of S3, or of Secrets Manager by another name."""
    xml = f"<Error><Code>{code}</Code><Message>canary-body</Message></Error>"
    json = f'{{"__type": "{elsewhere or code}", "Message": "canary-body"}}'

    def spoil(exchange: Exchange) -> None:
        body = json if exchange.step == "secret" else xml
        answered(status, body, headers)(exchange)

    return spoil


def with_headers(headers: dict[str, Any]) -> Spoil:
    """Make a fault that puts other headers on a true answer."""

    def spoil(exchange: Exchange) -> None:
        answer = exchange.forward()
        exchange.send_answer(replace(answer, headers={**answer.headers, **headers}))

    return spoil
