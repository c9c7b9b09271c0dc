"""Answers to AWS calls that moto does not know, given to real clients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.validate import validate_parameters


def answer_calls(
    client: Any, operation: str, work: Callable[[dict[str, Any]], dict[str, Any]]
) -> Callable[[], None]:
    """
    Answer an operation instead of the service.

    An earlier answer to it is forgotten. Request and answer both have to fit the
    service's own model.

    Args:
        client: A client of boto3.

        operation: Its name, as `CreateJob`.

        work: Takes the parameters; returns the answer, or raises.

    Returns:
        A function that lets the service answer again.
    """
    model = client.meta.service_model.operation_model(operation)
    asked: list[dict[str, Any]] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        asked.append(params)

    def reply(**_: Any) -> tuple[Any, dict[str, Any]]:
        answer = work(asked.pop())
        validate_parameters(answer, model.output_shape)
        response = type("Response", (), {"status_code": 200})()
        return response, {**answer, "ResponseMetadata": {"HTTPStatusCode": 200}}

    service = client.meta.service_model.service_id.hyphenize()
    # Before the signature's own rewriting, so that the very parameters are seen.
    names = [
        f"{moment}.{service}.{operation}"
        for moment in ("provide-client-params", "before-call")
    ]

    def forget() -> None:
        for name in names:
            client.meta.events.unregister(name, unique_id=name)

    forget()
    for name, handler in zip(names, (note, reply), strict=True):
        client.meta.events.register(name, handler, unique_id=name)
    return forget
