"""Reports of Authgear to the deployed hook function, by its URL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests

from local.authgear import Authgear, User
from local.system import LocalSystem
from tests.contract.tokens import make_token
from tests.e2e.quick import HOOK_KEY
from tests.fakes.webhooks import Webhooks

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


def change_by_others(
    system: LocalSystem, user: User, key: str = HOOK_KEY
) -> int | None:
    """
    Have another client of the Admin API replace all attributes of a user.

    The picture is one of them. Authgear then reports the change. On a busy machine a
    report may get no answer in its five seconds; the change is then made again.

    Args:
        system: The stack, with the hook function.

        user: Whose attributes are replaced.

        key: Signs the reports.

    Returns:
        The status with which the hook function answered the report.
    """
    invoke_hook(system, {})  # the start of a process may take longer than a report
    with Webhooks.start(system.authgear) as webhooks:
        webhooks.url, webhooks.key = local_url(system), key
        for _ in range(3):
            replace_attributes(system.authgear, user)
            webhooks.wait()
            status = webhooks.deliveries[-1].status
            if status:
                break
    return status


def replace_attributes(authgear: Authgear, user: User) -> None:
    """Replace all attributes of a user by a name."""
    update = {"userID": user.node_id, "standardAttributes": {"name": "Another name"}}
    token = make_token(authgear, authgear.clock())
    answer = requests.post(
        f"{authgear.endpoint}/_api/admin/graphql",
        json={"query": UPDATE, "variables": {"i": update}},
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    )
    assert "errors" not in answer.json()


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
