"""Lambda's entry: what its import and its first invocation do, in a fresh process."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from settings import VARIABLES
from tests.samples.events import EVENTS
from version import VERSION

SRC = Path(__file__).parent.parent / "src"
NEEDED = {
    "BUCKET_NAME": "pictures-example",
    "AUTHGEAR_ENDPOINT": "https://demo.authgear.test",
    "AUTHGEAR_APP_ID": "demo",
    "AUTHGEAR_SECRET_ID": "secret",
    # As Lambda sets them.
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "id",
    "AWS_SECRET_ACCESS_KEY": "key",
}
OTHERS = {
    "KEY_PATTERN": "faces/{email}.*",
    "PICTURE_SIZE": "300",
    "PICTURE_QUALITY": "60",
    "CROP_POSITION": "10%",
    "FACE_ZOOM": "0",
    "BACKGROUND_COLOR": "#000000",
    "MAX_INPUT_BYTES": "1000",
    "MAX_INPUT_PIXELS": "2000",
    "ACCEPTED_FORMATS": "png,jpeg",
    "OVERWRITE": "if-empty",
    "REMOVE_ON_DELETE": "true",
}
# Opening a socket or looking up a name ends the process.
NO_NETWORK = """
import sys
def refuse(event, args):
    if event in ("socket.connect", "socket.getaddrinfo"):
        sys.exit(f"network: {event}")
sys.addaudithook(refuse)
import json
import handler
"""
SHOW = """
function = handler.function
reconciler = function.reconciler
policy, spec = reconciler.policy, reconciler.make_picture.spec
connection = reconciler.admin_api._connection
print(json.dumps({
    "buckets": [function.bucket_name, reconciler.bucket.name],
    "pattern": str(reconciler.pattern),
    "endpoint": connection.endpoint,
    "agent": connection._session.headers["User-Agent"],
    "spec": [getattr(spec, name) for name in spec.__slots__],
    "policy": [getattr(policy, name) for name in policy.__slots__],
    "looks": reconciler.make_picture.find_focus is not None,
}))
"""
SHOW_REKOGNITION = """
maker = handler.function.reconciler.make_picture
finder = maker.find_focus.__self__
client = finder._rekognition
config = client.meta.config
print(json.dumps([
    client.meta.service_model.service_name,
    config.connect_timeout, config.read_timeout, config.retries["total_max_attempts"],
    finder._zoom, maker.spec.looks_into_squares,
]))
"""
INVOKE = """
class Context:
    function_name = function_version = invoked_function_arn = "f"
    memory_limit_in_mb = 1024
    aws_request_id = "request-1"
    def get_remaining_time_in_millis(self):
        return 60_000
print(json.dumps(handler.handler(json.load(sys.stdin), Context())))
"""


def run(
    code: str, environment: dict[str, str], event: str = ""
) -> subprocess.CompletedProcess[str]:
    """Import the handler where the environment is this alone, and run code."""
    return subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-W", "error", "-c", NO_NETWORK + code],
        env={"PYTHONPATH": str(SRC), "PATH": os.defpath} | environment,
        input=event,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def result(code: str, environment: dict[str, str], event: str = "") -> list[Any]:
    """Return the JSON values that code prints, one a line."""
    done = run(code, environment, event)
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_import_wrong_settings() -> None:
    """Every problem is named at once, and the process ends."""
    done = run("", dict.fromkeys(VARIABLES, "?!"))

    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("settings.SettingsError: wrong settings: BUCKET_NAME must")
    taken = {"AUTHGEAR_APP_ID", "AUTHGEAR_SECRET_ID"}  # any word will do
    assert {name for name in VARIABLES if f"{name} " in last} == set(VARIABLES) - taken


def test_import_missing_settings() -> None:
    """Missing settings are named at once."""
    done = run("", {"AWS_DEFAULT_REGION": "us-east-1"})

    assert done.stderr.splitlines()[-1] == (
        "settings.SettingsError: wrong settings: BUCKET_NAME is missing; "
        "AUTHGEAR_ENDPOINT is missing; AUTHGEAR_APP_ID is missing; "
        "AUTHGEAR_SECRET_ID is missing"
    )


def test_import_wires() -> None:
    """With settings it imports without network, and each setting finds its place."""
    [_, shown] = result(SHOW, NEEDED | OTHERS)

    assert shown == {
        "buckets": ["pictures-example", "pictures-example"],
        "pattern": "faces/{email}.*",
        "endpoint": "https://demo.authgear.test",
        "agent": f"authgear-s3-profile-pictures/{VERSION}",
        "spec": [300, 60, 0.1, "#000000", 1000, 2000, ["jpeg", "png"], False],
        "policy": [
            "if-empty",
            True,
            1000,
            [1, "https://demo.authgear.test", "demo", 300, 60, 0.1, 0, "#000000"],
            [1, 1000, 2000, ["jpeg", "png"], 1024],
            False,  # settled objects are not looked at once more
        ],
        "looks": False,
    }


def test_import_wires_rekognition_if_wanted() -> None:
    """With CROP_POSITION=face its client has the time-outs of all others."""
    environment = NEEDED | {"CROP_POSITION": "face", "FACE_ZOOM": "0.4"}
    [_, shown] = result(SHOW_REKOGNITION, environment)

    assert shown == ["rekognition", 2, 3, 2, 0.4, True]


@pytest.mark.parametrize("library", ["botocore", "urllib3"])
def test_libraries_log_no_secrets(library: str) -> None:
    """
    Not even where everything is logged: they would write secrets and presigned URLs.

    That is the only thing that keeps them out of the log at DEBUG.
    """
    code = f"""
import logging
logging.getLogger().setLevel(logging.DEBUG)
logger = logging.getLogger("{library}.anything")
print(json.dumps([logger.isEnabledFor(logging.INFO), logger.getEffectiveLevel()]))
"""

    *_, shown = result(code, NEEDED | {"POWERTOOLS_LOG_LEVEL": "DEBUG"})

    assert shown == [False, logging.WARNING]


def test_invoke_test_event() -> None:
    """An invocation logs one line with Lambda's request id, and answers."""
    event = (EVENTS / "s3-test-event.json").read_text()

    started, line, metrics, answer = result(INVOKE, NEEDED, event)

    assert started["message"] == "decoder process started"
    assert line["function_request_id"] == "request-1"
    assert (line["service"], line["level"]) == ("authgear-s3-profile-pictures", "INFO")
    assert (line["reason"], "location" in line) == ("test-event", False)
    [described] = metrics["_aws"]["CloudWatchMetrics"]
    assert described["Namespace"] == "AuthgearProfilePictures"
    assert (described["Dimensions"], metrics["function"]) == ([["function"]], "f")
    assert answer["objects"][0]["reason"] == "test-event"


def test_import_reports_what_protects_the_function() -> None:
    """One line of the cold start names the protections that are in force."""
    [started] = result("", NEEDED)

    assert started["message"] == "decoder process started"
    assert {"process", "cpu-time", "core-dumps"} <= set(started["protections"])
