"""Serves the page of a running system on a port of loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from local.authgear.server import Server
from local.loopback import HOST
from local.page.application import make_application
from local.system import LocalSystem


class Page:
    """A page that is being served; use `start`."""

    def __init__(self, url: str) -> None:
        self.url = url

    @classmethod
    @contextmanager
    def start(cls, system: LocalSystem, port: int = 0) -> Iterator[Page]:
        """Serve the page until the block ends."""
        stopping = threading.Event()
        server = Server(make_application(system, stopping), port)
        origin = f"http://{HOST}:{server.port}"
        _admit(system, origin)
        server.start()
        try:
            yield cls(f"{origin}/")
        finally:
            stopping.set()
            system.authgear.changes.announce()
            server.stop()


def _admit(system: LocalSystem, origin: str) -> None:
    """Have the bucket take files from the page, by S3's own rules for browsers."""
    origins = [origin, origin.replace(HOST, "localhost")]
    system.aws.s3.put_bucket_cors(
        Bucket=system.bucket,
        CORSConfiguration={
            "CORSRules": [
                {
                    "AllowedOrigins": origins,
                    "AllowedMethods": ["PUT"],
                    "AllowedHeaders": ["*"],
                }
            ]
        },
    )
