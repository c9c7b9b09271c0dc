"""Events: the real ones in `events/`, and others made of them."""

from __future__ import annotations

import json
from typing import Any

from local.paths import ROOT

EVENTS = ROOT / "events"
NAMES = sorted(path.name for path in EVENTS.glob("*.json"))

BUCKET = "pictures-example"
KEY = "pictures/00000000-0000-4000-8000-000000000001.jpg"  # of all events


def load_event(name: str) -> Any:
    """Return an event by its file's name."""
    return json.loads((EVENTS / name).read_text())


def s3(key: str = KEY, **changes: Any) -> dict[str, Any]:
    """Return S3's own event, its key as encoded, fields of its record replaced."""
    event: dict[str, Any] = load_event("s3-put.json")
    event["Records"][0]["s3"]["object"]["key"] = key
    event["Records"][0].update(changes)
    return event


def sqs(*bodies: Any) -> dict[str, Any]:
    """Return messages of a queue, named m0, m1 and so on; a text stays as it is."""
    [message] = load_event("sqs.json")["Records"]
    texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
    return {
        "Records": [
            message | {"messageId": f"m{number}", "body": text}
            for number, text in enumerate(texts)
        ]
    }


def sns(content: Any) -> dict[str, Any]:
    """Return what SNS invokes the function with."""
    event: dict[str, Any] = load_event("sns.json")
    event["Records"][0]["Sns"]["Message"] = json.dumps(content)
    return event


def sns_envelope(content: Any) -> dict[str, Any]:
    """Return what SNS puts into a queue where it does not deliver raw."""
    return {"Type": "Notification", "Message": json.dumps(content)}


def eventbridge(key: str = KEY, **changes: Any) -> dict[str, Any]:
    """Return EventBridge's event of S3, fields of it replaced."""
    event: dict[str, Any] = load_event("eventbridge.json")
    event["detail"]["object"]["key"] = key
    return event | changes


def on_failure(payload: Any) -> dict[str, Any]:
    """Return Lambda's record of an event that failed."""
    detail: dict[str, Any] = load_event("on-failure-eventbridge.json")["detail"]
    return detail | {"requestPayload": payload}


def on_failure_eventbridge(payload: Any) -> dict[str, Any]:
    """Return the same record as EventBridge delivers it."""
    event: dict[str, Any] = load_event("on-failure-eventbridge.json")
    return event | {"detail": on_failure(payload)}
