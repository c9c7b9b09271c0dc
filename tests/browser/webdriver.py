"""The part of W3C WebDriver (https://www.w3.org/TR/webdriver2/) that a walk needs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from tests.fakes.ports import find_port

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # by the standard
TIMEOUT = 30.0  # seconds

# The driver needs a moment until it listens: 3 s in all.
PATIENCE = Retry(connect=6, backoff_factor=0.05, allowed_methods=None)

Element = dict[str, str]


class Window:
    """
    The window of a browser; use `open`.

    Args:
        http: Sends the commands.

        url: The session's, at the driver.
    """

    def __init__(self, http: requests.Session, url: str) -> None:
        self._http = http
        self._url = url

    @classmethod
    @contextmanager
    def open(cls, driver: str, capabilities: Mapping[str, object]) -> Iterator[Window]:
        """
        Run a driver and its browser until the block ends.

        Args:
            driver: The driver's path.

            capabilities: What the driver has to know of the browser.
        """
        origin = f"http://127.0.0.1:{(port := find_port())}"
        with (
            requests.Session() as http,
            subprocess.Popen([driver, f"--port={port}"]) as process,  # noqa: S603
        ):
            http.trust_env = False
            http.mount("http://", HTTPAdapter(max_retries=PATIENCE))
            try:
                wanted = {"capabilities": {"alwaysMatch": dict(capabilities)}}
                made = cls(http, origin)._post("session", wanted)
                window = cls(http, f"{origin}/session/{made['sessionId']}")
                try:
                    yield window
                finally:
                    window.close()
            finally:
                process.terminate()

    def go_to(self, url: str) -> None:
        """Open a page."""
        self._post("url", {"url": url})

    def run(self, script: str, *arguments: object) -> Any:
        """Return what a function's body returns; elements go in and out as they are."""
        return self._post("execute/sync", {"script": script, "args": arguments})

    def choose(self, file_input: Element, path: Path) -> None:
        """Choose a file, as in the browser's own dialogue."""
        self._post(f"element/{file_input[ELEMENT]}/value", {"text": str(path)})

    def close(self) -> None:
        """End the browser; the driver goes on."""
        self._http.delete(self._url, timeout=TIMEOUT)

    def _post(self, path: str, content: object) -> Any:
        """Return the value of an answer."""
        answer = self._http.post(f"{self._url}/{path}", json=content, timeout=TIMEOUT)
        assert answer.ok, answer.text
        return answer.json()["value"]
