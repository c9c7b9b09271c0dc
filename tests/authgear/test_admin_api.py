"""The calls: what is sent, and what is made of a good answer."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authgear import PictureNotKept, User, UserAnonymized, UserNotFound, to_node_id
from tests.authgear.client import IMAGE_ID, PICTURE, Client
from tests.authgear.recordings import OTHER_USER_ID, USER_ID, fill, recorded
from tests.contract.probes import PROBES
from tests.fakes.authgear_server import answered
from tests.fakes.tokens import APP_ID

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
NAMES = st.text() | st.sampled_from(["picture", "name", "updated_at"])
UPDATES = ["gql.update.full_merge_ok", "cdn.update", "commitfail.update", "hook.allow"]


def sent(client: Client) -> dict[str, Any]:
    """Return the variables of the last request."""
    variables: dict[str, Any] = json.loads(client.transport.requests[-1].body or "")
    return variables["variables"]["input"]  # type: ignore[no-any-return] # JSON


def user_of(attributes: dict[str, Any]) -> User:
    """Make a user who was read with these attributes."""
    return User(
        user_id=USER_ID,
        is_anonymized=False,
        standard_attributes=attributes,
        read_at=math.inf,
    )


@given(attributes=st.dictionaries(NAMES, JSON))
def test_update_sends_all_attributes_as_read(attributes: dict[str, Any]) -> None:
    """All attributes are sent back as read, except the replaced picture."""
    client, before = SHARED, dict(attributes)
    client.server.fail("update", lambda work: recorded("gql.update.full_merge_ok"))

    client.api.set_picture(user_of(attributes), IMAGE_ID, budget=client.budget())

    picture = f"authgearimages:///{APP_ID}/{IMAGE_ID}"
    assert sent(client) == {
        "userID": to_node_id(USER_ID),
        "standardAttributes": before | {"picture": picture},
    }
    assert attributes == before


@given(attributes=st.dictionaries(NAMES, JSON))
def test_removal_sends_all_attributes_but_the_picture(
    attributes: dict[str, Any],
) -> None:
    """gql.update.picture_removed: it is left out, since null is invalid."""
    client = SHARED
    client.server.fail("update", lambda work: recorded("gql.update.picture_removed"))

    client.api.remove_picture(user_of(attributes), budget=client.budget())

    attributes.pop("picture", None)
    assert sent(client)["standardAttributes"] == attributes


def test_update_is_the_recorded_request() -> None:
    """gql.update.full_merge_ok: the same input for the same user, besides `picture`."""
    variables = PROBES["gql.update.full_merge_ok"].request["body"]["variables"]
    expected = json.loads(fill(json.dumps(variables)))["input"]
    client = Client()

    client.api.set_picture(
        user_of(expected["standardAttributes"]), IMAGE_ID, budget=client.budget()
    )

    assert sent(client) == expected


@pytest.mark.parametrize("probe_id", UPDATES)
def test_recorded_update_shows_the_picture(probe_id: str) -> None:
    """The user of the answer has the image, on any host that shows it."""
    client = Client()
    client.server.fail("update", lambda work: recorded(probe_id))

    updated = client.call("update")

    assert updated.user_id == USER_ID
    assert updated.picture_object_id == IMAGE_ID


@pytest.mark.parametrize(
    "probe_id",
    ["hook.mutate_partial", "gql.update.picture_http", "gql.update.attrs_empty"],
)
def test_picture_that_does_not_come_back_is_not_kept(probe_id: str) -> None:
    """hook.mutate_partial: a hook may change what is stored; that is final."""
    client = Client()
    client.server.fail("update", lambda work: recorded(probe_id))

    with pytest.raises(PictureNotKept) as caught:
        client.call("update")

    assert (caught.value.step, caught.value.status) == ("update", 200)


def test_removal_whose_answer_shows_a_picture_is_not_kept() -> None:
    """hook.allow shows a picture: it was not removed."""
    client = Client()
    client.server.fail("update", lambda work: recorded("hook.allow"))

    with pytest.raises(PictureNotKept, match="still shows a picture") as caught:
        client.api.remove_picture(user_of({}), budget=client.budget())

    assert (caught.value.step, caught.value.status) == ("update", 200)


def test_upload_is_one_jpeg_file() -> None:
    """upload.ok_jpeg: a part `file` with a filename and its own content type."""
    client = Client()
    client.server.fail("upload", lambda work: recorded("upload.ok_jpeg"))

    assert client.call("upload") == IMAGE_ID

    (request,) = client.transport.requests
    head, _, rest = bytes(request.body or b"").partition(b"\r\n\r\n")  # type: ignore[arg-type] # bytes, for files
    assert request.method == "POST"
    assert request.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert head.split(b"\r\n")[1:] == [
        b'Content-Disposition: form-data; name="file"; filename="picture.jpg"',
        b"Content-Type: image/jpeg",
    ]
    assert rest.startswith(PICTURE + b"\r\n--")


def test_read_asks_for_the_node_of_the_user() -> None:
    """gql.node.ok: the user as recorded."""
    client = Client()
    client.server.fail("read", lambda work: recorded("gql.node.ok"))

    user = client.call("read")

    body = json.loads(client.transport.requests[-1].body or "")
    assert body["variables"] == {"id": to_node_id(USER_ID)}
    assert (user.user_id, user.is_anonymized) == (USER_ID, False)
    node = json.loads(recorded("gql.node.ok").content)["data"]["node"]
    assert user.standard_attributes == node["standardAttributes"]


@pytest.mark.parametrize(
    "probe_id", ["gql.node.unknown_uuid", "gql.state.deleted.read"]
)
def test_read_of_no_user_is_not_found(probe_id: str) -> None:
    """Unknown and deleted users are the same null."""
    client = Client()
    client.always("read", lambda work: recorded(probe_id))

    with pytest.raises(UserNotFound) as caught:
        client.call("read")

    assert (caught.value.step, caught.value.status) == ("read", 200)


def test_read_of_an_anonymized_user_is_an_error() -> None:
    """gql.state.anonymized.read: no update is possible, so no upload is needed."""
    client = Client()
    client.always("read", lambda work: recorded("gql.state.anonymized.read"))
    anonymized = USER_ID[:-1] + "d"

    with pytest.raises(UserAnonymized) as caught:
        client.api.get_user(anonymized, budget=client.budget())

    assert (caught.value.step, caught.value.status) == ("read", 200)


def test_find_asks_for_login_id_and_attribute() -> None:
    """Both ways to know a user by a value, in one request."""
    client = Client()

    users = client.call("find")

    variables = json.loads(client.transport.requests[-1].body or "")["variables"]
    assert variables == {
        "key": "email",
        "attribute": "email",
        "value": "ada@example.com",
    }
    assert [user.user_id for user in users] == [USER_ID]


def test_find_lists_each_user_once() -> None:
    """A user found both ways is listed once; users found one way are all listed."""
    nodes = [
        {"id": to_node_id(user_id), "standardAttributes": {}}
        for user_id in (USER_ID, OTHER_USER_ID, USER_ID)
    ]
    client = Client()
    found = {"byLoginID": nodes[0], "byAttribute": [*nodes, None]}
    client.server.fail("find", answered({"data": found}))

    users = client.call("find")

    assert [user.user_id for user in users] == [USER_ID, OTHER_USER_ID]


@pytest.mark.parametrize(
    "probe_id",
    [
        "gql.lookup.login_email_malformed",
        "gql.lookup.login_key_unknown",
        "gql.lookup.attr_email_malformed",
        "gql.lookup.login_email_none",
    ],
)
def test_find_of_a_value_that_is_none_is_empty(probe_id: str) -> None:
    """A malformed value, or a login id that the project lacks, finds nobody."""
    client = Client()
    client.server.fail("find", lambda work: recorded(probe_id))

    assert client.call("find") == []
    assert client.count("find") == 1


SHARED = Client()  # one token for all examples of a property
