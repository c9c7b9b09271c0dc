"""Answers under 200 that are not what was asked for, for every step."""

from __future__ import annotations

from typing import Any

import pytest

from authgear import (
    AuthgearError,
    PictureNotKept,
    Unavailable,
    Unexpected,
    UserNotFound,
    to_node_id,
)
from tests.authgear.client import IMAGE_ID, STEPS, Client
from tests.authgear.recordings import OTHER_USER_ID, USER_ID, recorded
from tests.fakes.authgear_server import answered

Case = tuple[Any, type[AuthgearError]]
ANY_STEP: dict[str, Case] = {
    "html": ("<!doctype html><title>Sign in</title>", Unexpected),
    "truncated": ('{"result": {"url": "authgear', Unexpected),
    "empty-body": ("", Unexpected),
    "null": (None, Unexpected),
    "empty-data": ({"data": {}}, Unexpected),
    "list": ([{}], Unexpected),
    "text": ("ok", Unexpected),
    "no-key": ({}, Unexpected),
    "other-key": ({"fine": True}, Unexpected),
    "data-null": ({"data": None}, Unexpected),
    "data-list": ({"data": []}, Unexpected),
    "result-text": ({"result": "fine", "data": "fine"}, Unexpected),
}
GRAPHQL: dict[str, Case] = {
    "errors-without-extensions": ({"errors": [{"message": "x"}]}, Unavailable),
    "errors-of-unknown-kind": (
        {"errors": [{"extensions": {"errorName": "New", "reason": "New"}}]},
        Unavailable,
    ),
    "errors-beside-data": ({"errors": [{}], "data": {"node": {}}}, Unavailable),
    "errors-of-null": ({"errors": [None]}, Unavailable),
    "errors-object": ({"errors": {"a": 1}, "data": {}}, Unexpected),
    "errors-text": ({"errors": "bad", "data": {}}, Unexpected),
    "extensions-null": ({"errors": [{"extensions": None}]}, Unavailable),
}
NODES: dict[str, Any] = {
    "empty": {},
    "text": "fine",
    "list": [],
    "zero": 0,
    "false": False,
    "no-id": {"standardAttributes": {}},
    "id-null": {"id": None, "standardAttributes": {}},
    "id-number": {"id": 7, "standardAttributes": {}},
    "id-list": {"id": [to_node_id(USER_ID)], "standardAttributes": {}},
    "id-padded": {"id": to_node_id(USER_ID) + "=", "standardAttributes": {}},
    "no-attributes": {"id": to_node_id(USER_ID)},
    "attributes-null": {"id": to_node_id(USER_ID), "standardAttributes": None},
    "attributes-list": {"id": to_node_id(USER_ID), "standardAttributes": []},
    "attributes-text": {"id": to_node_id(USER_ID), "standardAttributes": "{}"},
    "another-type": {"id": "NODE", "__typename": "Identity"},
}
ANOTHER = {"id": to_node_id(OTHER_USER_ID), "standardAttributes": {"name": "Bob"}}
UPLOADED: dict[str, Any] = {
    "no-url": {},
    "url-null": {"url": None},
    "url-number": {"url": 7},
    "url-empty": {"url": ""},
    "another-object": {"url": f"authgearimages:///demo/{USER_ID}"},
    "no-object": {"url": "authgearimages:///demo/"},
    "web-page": {"url": "https://example.com/a.jpg"},
}


def fails(step: str, content: Any, kind: type[AuthgearError]) -> None:
    """Check that an answer to a step is an error of this very kind."""
    client = Client()
    client.always(step, answered(content))
    with pytest.raises(AuthgearError) as caught:
        client.call(step)
    assert type(caught.value) is kind
    assert (caught.value.step, caught.value.status) == (step, 200)


def wrap(step: str, node: Any) -> Any:
    """Return an answer that shows a node instead of the user."""
    return {
        "read": {"data": {"node": node}},
        "find": {"data": {"byLoginID": node}},
        "update": {"data": {"updateUser": {"user": node}}},
    }[step]


@pytest.mark.parametrize("case", ANY_STEP.values(), ids=ANY_STEP)
@pytest.mark.parametrize("step", [step for step in STEPS if step != "find"])
def test_answer_that_is_none_is_unexpected(step: str, case: Case) -> None:
    """A 200 alone proves nothing."""
    fails(step, *case)


@pytest.mark.parametrize("case", GRAPHQL.values(), ids=GRAPHQL)
@pytest.mark.parametrize("step", ["read", "find", "update"])
def test_graphql_errors_are_seen(step: str, case: Case) -> None:
    """GraphQL's errors come with status 200, beside data or without."""
    fails(step, *case)


@pytest.mark.parametrize("node", NODES.values(), ids=NODES)
@pytest.mark.parametrize("step", ["read", "find", "update"])
def test_node_that_is_no_user_is_unexpected(step: str, node: Any) -> None:
    """Neither another kind of value, nor a user without id or attributes."""
    fails(step, wrap(step, node), Unexpected)


@pytest.mark.parametrize("step", ["read", "update"])
def test_node_of_another_user_is_unexpected(step: str) -> None:
    """The answer must show the user who was asked for."""
    fails(step, wrap(step, ANOTHER), Unexpected)


@pytest.mark.parametrize(
    "probe_id", ["gql.node.identity_id", "gql.node.authenticator_id"]
)
def test_recorded_node_of_another_type_is_unexpected(probe_id: str) -> None:
    """Authgear answers with the node of any type that an id names."""
    client = Client()
    client.always("read", lambda work: recorded(probe_id))

    with pytest.raises(Unexpected, match="no such user"):
        client.call("read")


def test_null_node_is_no_user_only_for_a_read() -> None:
    """The node of a read is null for an unknown user; an update must have a node."""
    fails("read", wrap("read", None), UserNotFound)
    fails("update", wrap("update", None), Unexpected)
    fails("update", {"data": {"updateUser": None}}, Unexpected)


@pytest.mark.parametrize("result", UPLOADED.values(), ids=UPLOADED)
def test_upload_of_another_image_is_unexpected(result: Any) -> None:
    """The answer must name the very object that the URL was for."""
    fails("upload", {"result": result}, Unexpected)


@pytest.mark.parametrize(
    "picture",
    [None, "", 7, [], "https://example.com/a.jpg", f"authgearimages:///demo/{USER_ID}"],
    ids=["null", "empty", "number", "list", "web", "another"],
)
def test_update_that_shows_another_picture_is_not_kept(picture: Any) -> None:
    """The image just uploaded is in the answer, or the update did not do its work."""
    attributes = {"picture": picture, "name": IMAGE_ID}
    node = {"id": to_node_id(USER_ID), "standardAttributes": attributes}

    fails("update", wrap("update", node), PictureNotKept)


@pytest.mark.parametrize("listed", [{"a": 1}, "users", 7], ids=["object", "text", "no"])
def test_users_that_are_no_list_are_unexpected(listed: Any) -> None:
    """A look-up by an attribute must return a list."""
    fails("find", {"data": {"byAttribute": listed}}, Unexpected)


@pytest.mark.parametrize("flag", [False, None, "true", 1, []], ids=repr)
def test_only_true_means_anonymized(flag: Any) -> None:
    """A flag of another kind keeps nobody from their picture."""
    client = Client()
    user = {"id": to_node_id(USER_ID), "standardAttributes": {}, "isAnonymized": flag}
    client.server.fail("read", answered(wrap("read", user)))

    assert client.call("read").is_anonymized is False
