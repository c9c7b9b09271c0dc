"""Many users in one request: what is sent, and what is made of each answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from authgear import (
    MOST_FOUND,
    MOST_READ,
    MOST_UPDATED,
    AuthgearError,
    BatchRolledBack,
    DeniedByHook,
    Forbidden,
    PictureNotKept,
    RateLimited,
    TimedOut,
    Unavailable,
    Unexpected,
    User,
    UserAnonymized,
    UserNotFound,
    to_node_id,
)
from tests.authgear.client import IMAGE_ID, Client
from tests.authgear.recordings import OTHER_USER_ID, USER_ID, object_id_of, recorded
from tests.authgear.test_distrust import ANOTHER, GRAPHQL, NODES
from tests.fakes.authgear_server import Fault, answered, timed_out
from tests.fakes.clock import FakeClock
from tests.fakes.tokens import APP_ID

NOBODY = "00000000-0000-4000-8000-0000000000ff"
NODE = {"id": to_node_id(USER_ID), "standardAttributes": {"name": "Ada"}}
REFUSED = {"errorName": "Invalid", "reason": "GetUsersInvalidArgument"}
OTHER_IMAGE_ID = object_id_of(22)
NOW = FakeClock().now  # they were read just now
ADA = User(
    user_id=USER_ID,
    is_anonymized=False,
    standard_attributes={"name": "Ada"},
    read_at=NOW,
)
BOB = User(
    user_id=OTHER_USER_ID, is_anonymized=False, standard_attributes={}, read_at=NOW
)
PAIRS = [(ADA, IMAGE_ID), (BOB, OTHER_IMAGE_ID)]


def read(client: Client, *user_ids: str) -> dict[str, Any]:
    """Read users in one request."""
    return dict(client.api.batches.get_users(user_ids, budget=client.budget()))


def find(client: Client, *values: str, attribute: str = "email") -> dict[str, Any]:
    """Find users by e-mail in one request; return their ids."""
    found = client.api.batches.find_users(
        values, login_id_key=attribute, attribute=attribute, budget=client.budget()
    )
    return {value: [user.user_id for user in users] for value, users in found.items()}


def update(client: Client) -> dict[str, Any]:
    """Set the pictures of both users in one request."""
    return dict(client.api.batches.set_pictures(PAIRS, budget=client.budget()))


def sent(client: Client) -> dict[str, Any]:
    """Return the last request's body."""
    body: dict[str, Any] = json.loads(client.transport.requests[-1].body or "")
    return body


def errors_at(*aliases: str, **extensions: Any) -> list[dict[str, Any]]:
    """Return GraphQL errors of some aliases."""
    found = extensions or REFUSED
    return [{"message": "x", "path": [a], "extensions": found} for a in aliases]


# Reading.


def test_read_many_in_one_request() -> None:
    """Each id has its user; a missing user is reported, the others are read."""
    client = Client()

    users = read(client, OTHER_USER_ID, NOBODY, USER_ID, OTHER_USER_ID)

    assert list(users) == [OTHER_USER_ID, NOBODY, USER_ID]
    assert users[USER_ID].standard_attributes["name"] == "Ada"
    assert users[OTHER_USER_ID].user_id == OTHER_USER_ID
    assert type(users[NOBODY]) is UserNotFound
    assert sent(client)["variables"]["ids"] == [
        to_node_id(user_id) for user_id in (OTHER_USER_ID, NOBODY, USER_ID)
    ]
    assert client.server.steps == ["read"]


def test_read_many_anonymized() -> None:
    """An anonymized user is reported as by a single read."""
    client = Client()
    client.server.anonymized.add(USER_ID)

    users = read(client, USER_ID, OTHER_USER_ID)

    assert type(users[USER_ID]) is UserAnonymized
    assert isinstance(users[OTHER_USER_ID], User)


def test_read_recorded_nodes() -> None:
    """gql.nodes: a user and null, in the order asked for."""
    client = Client()
    node = json.loads(recorded("gql.node.ok").content)["data"]["node"]
    client.server.fail("read", answered({"data": {"nodes": [None, node]}}))

    users = read(client, NOBODY, USER_ID)

    assert type(users[NOBODY]) is UserNotFound
    assert users[USER_ID].standard_attributes == node["standardAttributes"]


def test_read_of_nobody_sends_nothing() -> None:
    """No id, no request."""
    client = Client()

    assert read(client) == {}
    assert client.server.steps == []


def test_read_has_room_for_many() -> None:
    """An answer of 1,000 users may be longer than any other; a single one may not."""
    client = Client()
    ids = [f"00000000-0000-4000-8000-{n:012d}" for n in range(1000)]
    attributes = {"name": "A" * 3000}
    nodes = [{"id": to_node_id(i), "standardAttributes": attributes} for i in ids]
    client.server.fail("read", answered({"data": {"nodes": nodes}}))

    users = read(client, *ids)

    assert {type(user) for user in users.values()} == {User}
    client.always("read", answered({"data": {"node": NODE, "x": "A" * 3_000_000}}))
    with pytest.raises(Unexpected, match="too long"):
        client.call("read")


@pytest.mark.parametrize(
    "nodes",
    [None, {}, "users", [], [None], [None, None, None]],
    ids=["null", "object", "text", "empty", "fewer", "more"],
)
def test_read_of_another_count_is_unexpected(nodes: Any) -> None:
    """An answer that shows more or fewer users than asked for says nothing of any."""
    client = Client()
    client.always("read", answered({"data": {"nodes": nodes}}))

    with pytest.raises(Unexpected):
        read(client, USER_ID, OTHER_USER_ID)


@pytest.mark.parametrize("node", [*NODES.values(), ANOTHER], ids=[*NODES, "another"])
def test_read_node_that_is_no_user_is_unexpected(node: Any) -> None:
    """Each node must be the very user that was asked for in its place."""
    client = Client()
    client.always("read", answered({"data": {"nodes": [node]}}))

    with pytest.raises(Unexpected):
        read(client, USER_ID)


# Finding.


def test_find_many_in_one_request() -> None:
    """Each value has the users who log in with it or have it; others have no user."""
    client = Client()
    client.server.login_ids["email", "bob@example.com"] = OTHER_USER_ID

    found = find(client, "ada@example.com", "bob@example.com", "eve@example.com")

    assert found == {
        "ada@example.com": [USER_ID],
        "bob@example.com": [OTHER_USER_ID],
        "eve@example.com": [],
    }
    assert client.server.steps == ["find"]


def test_find_many_lists_each_user_once() -> None:
    """A user who is found both ways is one user."""
    client = Client()
    client.server.login_ids["email", "ada@example.com"] = USER_ID

    assert find(client, "ada@example.com") == {"ada@example.com": [USER_ID]}


def test_find_recorded_partial_answer() -> None:
    """aliases.one_bad: a malformed value is null for its alias, the others are good."""
    client = Client()
    data: dict[str, Any] = {
        "id0": NODE,
        "id1": None,
        "id2": None,
        "value0": [],
        "value1": [],
    }
    client.server.fail("find", answered({"data": data, "errors": errors_at("id2")}))

    found = find(client, "ada@example.com", "eve@example.com", "not-an-email")

    assert found == {
        "ada@example.com": [USER_ID],
        "eve@example.com": [],
        "not-an-email": [],
    }


def test_find_asks_no_attribute_for_what_cannot_be_one() -> None:
    """gql.multi.query_partial: one malformed attribute would cost the whole answer."""
    client = Client()

    find(client, "ada@example.com", "no-at-sign", "two words@example.com")

    query = sent(client)["query"]
    assert [f"value{n}:" in query for n in range(3)] == [True, False, False]
    assert [f"id{n}:" in query for n in range(3)] == [True, True, True]


def test_find_without_any_attribute_declares_no_variable_for_it() -> None:
    """A variable that is declared and not used would be an error."""
    client = Client()

    assert find(client, "no-at-sign") == {"no-at-sign": []}
    assert "$attribute" not in sent(client)["query"]


def test_find_once_more_without_what_is_refused() -> None:
    """gql.multi.query_partial: data is null; the request is repeated without it."""
    client = Client()
    refused = {"data": None, "errors": errors_at("id1", "value1")}
    client.server.fail("find", answered(refused))

    found = find(client, "ada@example.com", "a..b@example.com")

    assert found == {"ada@example.com": [USER_ID], "a..b@example.com": []}
    assert client.server.steps == ["find", "find"]
    assert "value1:" not in sent(client)["query"]


def test_find_where_no_login_id_is_of_this_kind() -> None:
    """A project that refuses all login ids still finds users by their attribute."""
    client = Client()
    aliases = ("id0", "id1", "value1")
    client.server.fail("find", answered({"data": None, "errors": errors_at(*aliases)}))

    found = find(client, "ada@example.com", "a..b@example.com")

    assert found["ada@example.com"] == [USER_ID]


def test_find_that_never_answers_ends() -> None:
    """Null data without the name of the refused value is unexpected."""
    client = Client()
    client.always("find", answered({"data": None, "errors": errors_at("other")}))

    with pytest.raises(Unexpected):
        find(client, "ada@example.com")


def test_find_that_refuses_what_was_not_asked_for_ends() -> None:
    """A repeated request must ask for less; else it could go on forever."""
    client = Client()
    refused = {"data": None, "errors": errors_at("id1")}
    client.server.fail("find", answered(refused))

    with pytest.raises(Unexpected):
        find(client, "ada@example.com", "no-at-sign")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"id0": None},
        {"value0": []},
        {"id0": None, "value0": None},
        {"id0": None, "value0": {"a": 1}},
        {"id0": {}, "value0": []},
        {"id0": None, "value0": [7]},
    ],
)
def test_find_answer_without_a_look_up_is_unexpected(data: Any) -> None:
    """Every look-up must be answered, by users alone."""
    client = Client()
    client.always("find", answered({"data": data}))

    with pytest.raises(Unexpected):
        find(client, "ada@example.com")


# Updating.


def test_update_many_in_one_request() -> None:
    """Each user gets the own picture; other attributes are sent back as read."""
    client = Client()

    updated = update(client)

    inputs = sent(client)["variables"]
    assert inputs["v0"] == {
        "userID": to_node_id(USER_ID),
        "standardAttributes": {
            "name": "Ada",
            "picture": f"authgearimages:///{APP_ID}/{IMAGE_ID}",
        },
    }
    assert list(inputs) == ["v0", "v1"]
    assert {u: it.picture_object_id for u, it in updated.items()} == {
        USER_ID: IMAGE_ID,
        OTHER_USER_ID: OTHER_IMAGE_ID,
    }
    assert client.server.steps == ["update"]


def test_update_rolled_back() -> None:
    """mutations.3_one_unknown: the error names the user, and nothing is stored."""
    client = Client()
    del client.server.users[OTHER_USER_ID]
    before = dict(client.server.users[USER_ID])

    with pytest.raises(BatchRolledBack) as caught:
        update(client)

    assert caught.value.user_id == OTHER_USER_ID
    assert type(caught.value.cause) is UserNotFound
    assert client.server.users[USER_ID] == before
    assert client.server.steps == ["update"]


@pytest.mark.parametrize(
    ("errors", "cause", "user_id"),
    [
        (
            errors_at("m1", errorName="Forbidden", reason="HookDisallowed"),
            DeniedByHook,
            OTHER_USER_ID,
        ),
        ([{"message": "unexpected error", "locations": []}], Unavailable, None),
        (errors_at("m7", errorName="InternalError"), Unavailable, None),
        ([{"path": [0]}, None], Unavailable, None),
    ],
    ids=["hook", "bare", "alias-of-nobody", "no-alias"],
)
def test_update_error_means_that_none_is_stored(
    errors: Any, cause: type[AuthgearError], user_id: str | None
) -> None:
    """Any error of GraphQL's rolls the whole request back, even beside data."""
    client = Client()
    data = {"m0": {"user": NODE}}
    client.server.fail("update", answered({"data": data, "errors": errors}))

    with pytest.raises(BatchRolledBack) as caught:
        update(client)

    assert type(caught.value.cause) is cause
    assert caught.value.__cause__ is caught.value.cause
    assert caught.value.user_id == user_id


def test_update_limited_is_not_for_single_tries() -> None:
    """Where fewer requests are asked for, five single ones would be worse."""
    client = Client()
    errors = errors_at("m0", errorName="TooManyRequest", reason="RateLimited")
    client.server.fail("update", answered({"data": None, "errors": errors}))

    with pytest.raises(RateLimited):
        update(client)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (timed_out, TimedOut),
        (answered({}, 403), Forbidden),
        (answered({}, 429), RateLimited),
        (answered({}, 503), Unavailable),
        (answered({}, 400), Unexpected),
        (answered({"data": None}), Unexpected),
        (answered({"data": {}}), Unexpected),
        (answered({"data": {"m0": {"user": None}}}), Unexpected),
        (answered({"data": {f"m{n}": {"user": ANOTHER} for n in (0, 1)}}), Unexpected),
        (answered({"errors": "bad"}), Unexpected),
    ],
)
def test_update_without_an_answer_is_not_called_rolled_back(
    fault: Fault, kind: type[AuthgearError]
) -> None:
    """Where nothing is known of the updates nothing is claimed; nothing is repeated."""
    client = Client()
    client.always("update", fault)

    with pytest.raises(kind):
        update(client)

    assert client.count("update") == (2 if kind is Forbidden else 1)


def test_update_not_kept_is_told_of_its_user_alone() -> None:
    """A hook may drop one picture of several; the others are set."""
    client = Client()
    other = {"id": to_node_id(OTHER_USER_ID), "standardAttributes": {}}
    picture = f"https://demo.authgear.test/_images/{APP_ID}/{IMAGE_ID}/profile"
    kept = NODE | {"standardAttributes": {"picture": picture}}
    data = {"m0": {"user": kept}, "m1": {"user": other}}
    client.server.fail("update", answered({"data": data}))

    updated = update(client)

    assert isinstance(updated[USER_ID], User)
    assert type(updated[OTHER_USER_ID]) is PictureNotKept


# All three.


@pytest.mark.parametrize("case", GRAPHQL.values(), ids=GRAPHQL)
@pytest.mark.parametrize("call", [lambda c: read(c, USER_ID), lambda c: find(c, "a@b")])
def test_graphql_errors_of_queries_are_seen(call: Any, case: Any) -> None:
    """An error that is not about one value fails the request."""
    content, kind = case
    client = Client()
    client.always("read", answered(content))
    client.always("find", answered(content))

    with pytest.raises(AuthgearError) as caught:
        call(client)

    assert type(caught.value) is kind


def test_limits_are_the_recorded_ones() -> None:
    """nodes.5000_duplicates, aliases.login_id.100, mutations.6; more is refused."""
    client = Client()
    ids = [f"00000000-0000-4000-8000-{n:012d}" for n in range(MOST_READ + 1)]

    assert (MOST_READ, MOST_FOUND, MOST_UPDATED) == (5000, 100, 5)
    with pytest.raises(ValueError, match="at most 5000"):
        read(client, *ids)
    with pytest.raises(ValueError, match="at most 100"):
        find(client, *ids[: MOST_FOUND + 1])
    with pytest.raises(ValueError, match="at most 5 "):
        client.api.batches.set_pictures(PAIRS * 3, budget=client.budget())
    assert client.server.steps == []


def test_nothing_to_do_sends_nothing() -> None:
    """No value and no user, no request."""
    client = Client()

    assert find(client) == {}
    assert client.api.batches.set_pictures([], budget=client.budget()) == {}
    assert client.server.steps == []
