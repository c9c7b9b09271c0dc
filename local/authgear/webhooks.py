"""The project's webhooks for non-blocking events: signed, in the background, once."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import queue
import secrets
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .responses import to_json

# Assumption: how long the real server waits for an answer (seconds) was not recorded.
TIMEOUT = 5.0
PREFIX_OF_OTHERS = "admin_api."  # events of the audit log alone


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """
    One event that was delivered, or was to be.

    Args:
        event_type: Such as `user.created`.

        body: What was sent.

        status: The answer's; `None` if there was none.
    """

    event_type: str
    body: bytes
    status: int | None


class Webhooks:
    """
    Deliver events to one address, in the order in which they happened.

    There is no second attempt, whatever the answer.

    Attributes:
        url: The address; `None` is a project without a webhook.

        key: Signs the bodies.

        deliveries: What was delivered so far.
    """

    def __init__(self) -> None:
        self.url: str | None = None
        self.key = secrets.token_hex(16)
        self.deliveries: list[Delivery] = []
        self._to_lose = 0
        self._waiting: queue.Queue[tuple[float, dict[str, Any]] | None] = queue.Queue()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def lose(self, times: int) -> None:
        """Lose so many of the next events: they are never sent."""
        self._to_lose = times

    def send(self, event: dict[str, Any], *, delay: float = 0) -> None:
        """
        Have an event delivered.

        Args:
            event: The event, with its context and payload.

            delay: Seconds until the change can be read.
        """
        if self.url is None or event["type"].startswith(PREFIX_OF_OTHERS):
            return
        self._start()
        self._waiting.put((time.monotonic() + delay, event))

    def wait(self) -> None:
        """Wait until nothing is left to deliver."""
        self._waiting.join()

    def stop(self) -> None:
        """Deliver nothing any more; the thread has ended when it returns."""
        self._stopping.set()
        self._waiting.put(None)
        if self._thread:
            self._thread.join()

    def _start(self) -> None:
        """Start the thread, once."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="webhooks")
                self._thread.start()

    def _run(self) -> None:
        """Deliver one event after another."""
        while True:
            waiting = self._waiting.get()
            if waiting:
                moment, event = waiting
                self._stopping.wait(max(0.0, moment - time.monotonic()))
                self._deliver(event)
            self._waiting.task_done()
            if waiting is None:
                return

    def _deliver(self, event: dict[str, Any]) -> None:
        """Deliver one event, or lose it."""
        if self._stopping.is_set():
            return
        body = to_json(event).encode()
        lost, self._to_lose = self._to_lose > 0, max(0, self._to_lose - 1)
        status = None if lost else self._post(body)
        self.deliveries.append(
            Delivery(event_type=event["type"], body=body, status=status)
        )

    def _post(self, body: bytes) -> int | None:
        """Send a body; return the status that it is answered with, if it is."""
        url = urlsplit(self.url or "")
        signature = hmac.new(self.key.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "User-Agent": "Go-http-client/1.1",
            "Content-Type": "application/json",
            "X-Authgear-Body-Signature": signature,
        }
        connection = http.client.HTTPConnection(url.netloc, timeout=TIMEOUT)
        try:
            connection.request("POST", url.path or "/", body, headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
