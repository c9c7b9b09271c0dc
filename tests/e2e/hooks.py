"""Reports of Authgear to the deployed hook function, by its URL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests

from local.authgear import User
from local.system import LocalSystem
from tests.contract.tokens import make_token

UPDATE = "mutation($i: UpdateUserInput!) { updateUser(input: $i) { user { id } } }"


def local_url(system: LocalSystem) -> str:
    """Return where MiniStack serves the function's URL."""
    name = (urlsplit(system.stack.outputs["HookUrl"]).hostname or "").split(".")[0]
    return f"{system.aws.endpoint}/_aws/lambda-url/{name}/"


def hook_log_group(system: LocalSystem) -> str:
    """Return the log group of the hook function."""
    return (
        system.stack.outputs["WatchHookLog"].removeprefix("aws logs tail ").split()[0]
    )


def hook_function(system: LocalSystem) -> str:
    """Return the name of the hook function."""
    functions = system.aws.functions.list_functions()["Functions"]
    (name,) = [it["FunctionName"] for it in functions if "Hook" in it["FunctionName"]]
    return name


def invoke_hook(system: LocalSystem, event: dict[str, Any]) -> None:
    """Invoke the hook function as its URL does, and wait for the end."""
    system.aws.functions.invoke(
        FunctionName=hook_function(system), Payload=json.dumps(event)
    )


def change_by_others(system: LocalSystem, user: User) -> int | None:
    """
    Have another client of the Admin API replace all attributes of a user.

    The picture is one of them. Authgear then reports the change. On a busy machine a
    report may get no answer in its five seconds; the change is then made again.

    Returns:
        The status with which the hook function answered the report.
    """
    authgear, webhooks = system.authgear, system.authgear.webhooks
    invoke_hook(system, {})  # the start of a process may take longer than a report
    webhooks.url = local_url(system)
    update = {"userID": user.node_id, "standardAttributes": {"name": "Another name"}}
    for _ in range(3):
        answer = requests.post(
            f"{authgear.endpoint}/_api/admin/graphql",
            json={"query": UPDATE, "variables": {"i": update}},
            headers={
                "Authorization": f"Bearer {make_token(authgear, authgear.clock())}"
            },
            timeout=30,
        )
        assert "errors" not in answer.json()
        webhooks.wait()
        if webhooks.deliveries[-1].status:
            break
    return webhooks.deliveries[-1].status


@contextmanager
def forge_reports(system: LocalSystem) -> Iterator[None]:
    """Sign the reports with another key until the block ends."""
    webhooks = system.authgear.webhooks
    webhooks.key, key = "somebody-elses-key", webhooks.key
    try:
        yield
    finally:
        webhooks.key = key


@contextmanager
def break_hook(system: LocalSystem) -> Iterator[None]:
    """Let the hook function look for a queue that does not exist."""
    functions, name = system.aws.functions, hook_function(system)
    found = functions.get_function_configuration(FunctionName=name)
    variables = found["Environment"]["Variables"]
    other = {"RETRY_QUEUE_URL": variables["RETRY_QUEUE_URL"] + "-gone"}
    for values in (variables | other, variables):
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": values}
        )
        if values is not variables:
            yield
