"""
MiniStack behind a guard, on a free port of loopback, until the input ends.

This file is run by the Python that MiniStack is installed for; all that it imports of
this project needs Python alone. It prints the port when it listens.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import sys
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from local.loopback import HOST, listen

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

LOOPBACK = (HOST, "localhost", "::1")
KEPT_REQUESTS = 10_000
LOG_WAITS = (2.0, 0.05, 3.0)  # seconds: for the first line, after the last, in all
REQUESTS = "/local/requests"  # where they can be read
QUERY = ("list-type", "notification", "prefix", "tagging", "uploads", "versionId")
SERVICE = re.compile(r"/([a-z0-9-]+)/aws4_request")  # in the header of a signature


class Guard:
    """
    Refuses other web pages, and keeps a list of requests, as ASGI middleware.

    MiniStack lets every web page in, and runs the code that it is given: without the
    guard, any site that is open in a browser here could run programs.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self._requests: deque[dict[str, Any]] = deque(maxlen=KEPT_REQUESTS)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request, and record it before the answer goes out."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
            return
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        if scope["type"] != "http" or not is_ours(headers):
            await answer(send, 403, b"Only pages of this machine may ask.\n")
            return
        if scope["path"] == REQUESTS:
            await answer(send, 200, json.dumps(list(self._requests)).encode())
            return

        async def record(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._requests.append(describe(scope, headers, message["status"]))
            await send(message)

        await self._application(scope, receive, record)


def is_ours(headers: dict[str, str]) -> bool:
    """Tell whether no web page from elsewhere sends a request, by any host name."""
    host = urlsplit(f"//{headers.get('host', '')}").hostname or ""
    if host not in LOOPBACK and not host.endswith(".localhost"):
        return False
    if "origin" in headers:
        return urlsplit(headers["origin"]).hostname in LOOPBACK
    return headers.get("sec-fetch-site") != "cross-site"


def describe(scope: Message, headers: dict[str, str], status: int) -> dict[str, Any]:
    """Return what tests look at of a request: nothing that is secret."""
    signed = SERVICE.search(headers.get("authorization", ""))
    query = parse_qsl(scope["query_string"].decode(), keep_blank_values=True)
    return {
        "service": signed[1] if signed else "s3",
        "method": scope["method"],
        "target": headers.get("x-amz-target", ""),
        "path": scope["path"],
        "query": {name: value for name, value in query if name in QUERY},
        "status": status,
    }


async def answer(send: Send, status: int, body: bytes) -> None:
    """Answer a request that MiniStack does not see."""
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def serve(listener: socket.socket) -> None:
    """Serve until the input ends."""
    # MiniStack reads the variables when it is imported.
    from hypercorn.asyncio import serve as serve_http
    from hypercorn.config import Config
    from ministack.app import app
    from ministack.core.lambda_runtime import Worker

    # On a busy machine a function's lines come later than the 50 ms that it waits for
    # them; it would then show them as lines of the next invocation.
    Worker._drain_stderr_bounded.__defaults__ = LOG_WAITS
    # It hands its own variables on to functions, which would take these for theirs.
    for name in ("LOG_LEVEL", "PYTHONPATH"):
        del os.environ[name]
    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.loglevel = "WARNING"
    ended, loop = asyncio.Event(), asyncio.get_running_loop()

    def wait() -> None:
        """End with the process that holds the other end of stdin."""
        sys.stdin.read()
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=wait, daemon=True).start()
    await serve_http(Guard(app), config, shutdown_trigger=ended.wait)


def main() -> None:
    """Listen, say where, and serve."""
    listener = listen(int(sys.argv[1]))
    port = listener.getsockname()[1]
    os.environ["GATEWAY_PORT"] = str(port)
    print(f"READY http://{HOST}:{port}", flush=True)
    # The parent process reads this one line; what MiniStack prints goes to its log.
    os.dup2(2, 1)
    asyncio.run(serve(listener))
    os._exit(0)


if __name__ == "__main__":
    main()
