"""moto's server as a process: the services of AWS for tests that deploy nothing."""

from __future__ import annotations

import json
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from local.authgear import Authgear
from local.aws import LocalAWS
from local.aws.clients import credentials
from local.aws.serve import SERVICE
from local.loopback import HOST
from local.process import run_process
from local.system import BUCKET, LocalSystem
from tests.fakes.python import python_path

Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]

KEPT_REQUESTS = 10_000
REQUESTS = "/local/requests"  # where they can be read


class Recorder:
    """
    Keeps a list of requests to the services, as WSGI middleware.

    Args:
        application: The services.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self._requests: deque[dict[str, Any]] = deque(maxlen=KEPT_REQUESTS)

    def __call__(
        self, environ: dict[str, Any], start_response: Start
    ) -> Iterable[bytes]:
        """Answer a request, and record it before the answer goes out."""
        if environ["PATH_INFO"] == REQUESTS:
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(list(self._requests)).encode()]

        def start(status: str, *arguments: Any) -> Any:
            self._requests.append(describe(environ, int(status.split()[0])))
            return start_response(status, *arguments)

        return self._application(environ, start)


class Unknown:
    """
    Answers what moto does not know as AWS would an operation that it does not have.

    By itself moto ends such a request with a trace on the terminal.

    Args:
        application: The services.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(
        self, environ: dict[str, Any], start_response: Start
    ) -> Iterable[bytes]:
        """Answer a request."""
        try:
            return self._application(environ, start_response)
        except NotImplementedError:
            content_type = ("Content-Type", "application/x-amz-json-1.1")
            start_response("400 Bad Request", [content_type])
            return [b'{"__type": "UnknownOperationException"}']


class QuietRequestHandler(MotoRequestHandler):
    """Handles requests without a line on the terminal for each."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write nothing."""


def describe(environ: dict[str, Any], status: int) -> dict[str, Any]:
    """Return what tests look at of a request, as local/aws/serve.py does."""
    signed = SERVICE.search(environ.get("HTTP_AUTHORIZATION", ""))
    # WSGI hands out the bytes of a path as if they were Latin-1.
    path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
    return {
        "service": signed[1] if signed else "s3",
        "method": environ["REQUEST_METHOD"],
        "target": environ.get("HTTP_X_AMZ_TARGET", ""),
        "path": path,
        "query": dict(parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)),
        "status": status,
    }


@contextmanager
def start_moto() -> Iterator[LocalAWS]:
    """Run the services, empty at first, until the block ends."""
    # moto by itself lets every web page in, and has one state in each process.
    environment = {
        **credentials(),
        **python_path(),
        "MOTO_DISABLE_GLOBAL_CORS": "true",
    }
    command = [sys.executable, "-m", "tests.fakes.moto_server"]
    with (
        run_process(command, environment=environment) as endpoint,
        LocalAWS.connect(endpoint) as aws,
    ):
        yield aws


@contextmanager
def start_servers() -> Iterator[LocalSystem]:
    """Run Authgear, and the services with a bucket, but no function."""
    with start_moto() as aws, Authgear.start() as authgear:
        system = LocalSystem(authgear, aws)
        aws.s3.create_bucket(Bucket=BUCKET)
        yield system


def main() -> None:
    """Serve until the input ends."""
    server = make_server(
        HOST,
        0,
        Recorder(Unknown(DomainDispatcherApplication(create_backend_app))),
        threaded=True,
        request_handler=QuietRequestHandler,
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    sys.stdout.write(f"READY http://{HOST}:{server.server_port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.shutdown()
    server.server_close()
    thread.join()


if __name__ == "__main__":
    main()
