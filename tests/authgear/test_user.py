"""Users as read: ids in one spelling, pictures by their object id, differences."""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authgear import User, object_id, to_node_id, to_user_id
from authgear.user import read_user
from tests.authgear.recordings import USER_ID, object_id_of, recorded

IMAGE = object_id_of(21)
JUNK = {
    "none": None,
    "number": 7,
    "list": [f"authgearimages:///demo/{IMAGE}"],
    "empty": "",
    "http": "https://example.com/a.jpg",
    "no-app": f"authgearimages:///{IMAGE}",
    "two-slashes": f"authgearimages://demo/{IMAGE}",
    "original": f"https://h/_images/demo/{IMAGE}/original",
    "deeper": f"https://h/x/_images/demo/{IMAGE}/profile",
    "upper-case": f"authgearimages:///demo/{IMAGE[:-2]}AA",
    "longer": f"authgearimages:///demo/{IMAGE}0",
    "newline": f"authgearimages:///demo/{IMAGE}%0A",
    "trailing-slash": f"authgearimages:///demo/{IMAGE}/",
    "bracket": f"https://[h/_images/demo/{IMAGE}/profile",
    "in-query": f"https://h/?/_images/demo/{IMAGE}/profile",
}
NODE_IDS = {
    "padded": to_node_id(USER_ID) + "=",
    "raw-uuid": USER_ID,
    "no-colon": base64.urlsafe_b64encode(b"User").decode().rstrip("="),
    "other-type": base64.urlsafe_b64encode(f"Role:{USER_ID}".encode()).decode(),
    "upper-case": to_node_id(USER_ID.upper()),
    "no-uuid": to_node_id("ada"),
    "twice": to_node_id(f"User:{USER_ID}"),
    "longer": to_node_id(USER_ID + "0"),
    "space": to_node_id(USER_ID) + " ",
    "no-base64": "é",
    "empty": "",
}


def user(**attributes: Any) -> User:
    """Make a user with these attributes."""
    return User(user_id=USER_ID, is_anonymized=False, standard_attributes=attributes)


@given(user_id=st.uuids())
def test_user_id_comes_back_from_its_node_id(user_id: UUID) -> None:
    """There and back is the same UUID; the node id has no padding."""
    node_id = to_node_id(str(user_id))

    assert to_user_id(node_id) == str(user_id)
    assert "=" not in node_id


@given(node_id=st.text() | st.binary().map(lambda b: base64.b64encode(b).decode()))
def test_node_id_has_one_spelling(node_id: str) -> None:
    """A user's id is read in the one spelling that we use."""
    user_id = to_user_id(node_id)

    assert user_id is None or to_node_id(user_id) == node_id


@given(data=st.data(), user_id=st.uuids())
def test_node_id_altered_is_another_or_none(data: st.DataObject, user_id: UUID) -> None:
    """One character put in, anywhere, never leaves the same user."""
    node_id = to_node_id(str(user_id))
    place = data.draw(st.integers(0, len(node_id)))
    altered = node_id[:place] + data.draw(st.characters()) + node_id[place:]

    assert to_user_id(altered) != str(user_id)


@pytest.mark.parametrize("node_id", NODE_IDS.values(), ids=NODE_IDS)
def test_other_node_id_is_no_user(node_id: str) -> None:
    """gql.node.padded_id, .raw_uuid and their like name no user."""
    assert to_user_id(node_id) is None


@pytest.mark.parametrize(
    "probe_id", ["gql.update.full_merge_ok.read", "cdn.node_read"], ids=["own", "cdn"]
)
def test_picture_is_known_by_its_object_id(probe_id: str) -> None:
    """cdn.node_read: the host of a picture's URL may be any."""
    node = json.loads(recorded(probe_id).content)["data"]["node"]

    assert read_user("read", node).picture_object_id == IMAGE


@pytest.mark.parametrize(
    "url",
    [
        f"authgearimages:///demo/{IMAGE}",
        f"https://any.test/_images/demo/{IMAGE}/profile",
        f"https://any.test:8443/_images/demo/{IMAGE}?x-authgear-signature=5",
    ],
    ids=["stored", "shown", "presigned"],
)
def test_object_id_is_in_authgear_s_urls(url: str) -> None:
    """The forms in which Authgear stores, shows and presigns an image."""
    assert object_id(url) == IMAGE


@pytest.mark.parametrize("url", JUNK.values(), ids=JUNK)
def test_object_id_of_anything_else_is_none(url: Any) -> None:
    """A URL of any other form has no object id."""
    assert object_id(url) is None
    assert user(picture=url).picture_object_id is None


@pytest.mark.parametrize(
    ("picture", "has"),
    [(None, False), ("", False), ("https://example.com/a.jpg", True)],
    ids=["null", "empty", "any"],
)
def test_picture_of_any_origin_is_one(picture: Any, has: bool) -> None:
    """Whether there is a picture does not depend on who stores it."""
    assert user(picture=picture).has_picture is has
    assert not user().has_picture


def test_differing_attributes_are_named_in_order() -> None:
    """Changed, added and removed ones; by name alone."""
    ours = user(name="Ada", zoneinfo="Asia/Hong_Kong", locale="en", gender="female")
    theirs = user(name="Ida", locale="en", birthdate="1990-02-03", gender="female")

    assert ours.differing_attributes(theirs) == ["birthdate", "name", "zoneinfo"]


def test_derived_attributes_and_picture_never_differ() -> None:
    """Authgear computes them; the picture is ours to change."""
    ours = user(
        picture="a", updated_at=1, email_verified=True, phone_number_verified=True
    )

    assert ours.differing_attributes(user(updated_at=2)) == []


def test_user_hides_attributes() -> None:
    """No attribute is in what is printed of a user."""
    shown = f"User(user_id='{USER_ID}', is_anonymized=False, read_at=-inf)"
    assert repr(user(name="Ada")) == shown
