"""Serves the page of a running system on a port of loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from local.authgear.server import Server
from local.loopback import HOST
from local.page.application import make_application
from local.system import LocalSystem


@dataclass(frozen=True)
class Page:
    """A page that is being served; use `start`."""

    url: str

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
    rule: Any = {
        "AllowedOrigins": [origin, origin.replace(HOST, "localhost")],
        "AllowedMethods": ["PUT"],
        "AllowedHeaders": ["*"],
    }
    system.aws.s3.put_bucket_cors(
        Bucket=system.bucket, CORSConfiguration={"CORSRules": [rule]}
    )
