"""The user that a key names, and users who cannot have a picture."""

from __future__ import annotations

import pytest

from authgear import to_node_id
from outcome import Reason
from tests.sync.world import UNKNOWN_ID, World


def test_unknown_user_costs_no_upload() -> None:
    """An upload is public forever: none is made for nobody."""
    world = World()
    stranger = f"pictures/{UNKNOWN_ID}.png"
    world.put("red", stranger)

    result = world.run(stranger)

    assert result.reason is Reason.UNKNOWN_USER
    assert world.authgear.images == {}
    assert world.s3.objects[stranger].tags == {}


def test_anonymized_user_costs_no_upload() -> None:
    """Authgear would refuse the update."""
    world = World()
    world.authgear.anonymized.add(world.user_id)
    world.put("red")

    result = world.run()

    assert result.reason is Reason.ANONYMIZED_USER
    assert world.authgear.images == {}


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("{email}.*", "ada@example.com"),
        ("{username}.*", "ada"),
        ("{phone}.*", "+85298765432"),
    ],
)
def test_user_is_found_by_name(pattern: str, text: str) -> None:
    """A name in the key is looked up, once."""
    world = World(f"pictures/{pattern}")
    attributes = {"preferred_username": "ada", "phone_number": "+85298765432"}
    world.authgear.users[world.user_id] |= attributes
    key = f"pictures/{text}.png"
    world.put("red", key)

    result = world.run(key)

    assert result.reason is Reason.PICTURE_SET
    assert result.fields["user_id"] == world.user_id
    assert world.authgear.steps.count("find") == 1


def test_node_id_names_its_user() -> None:
    """A node id needs no look-up."""
    world = World("pictures/{node_id}/*")
    key = f"pictures/{to_node_id(world.user_id)}/a/b.png"
    world.put("red", key)

    assert world.run(key).reason is Reason.PICTURE_SET
    assert "find" not in world.authgear.steps


def test_name_of_two_users_is_rejected() -> None:
    """Nobody gets a picture that may be somebody else's."""
    world = World("pictures/{email}.*")
    world.authgear.add_user(email="ada@example.com")
    key = "pictures/ada@example.com.png"
    world.put("red", key)

    assert world.run(key).reason is Reason.AMBIGUOUS_USER
    assert world.authgear.images == {}


def test_name_of_nobody_is_rejected() -> None:
    """An unknown name costs no upload."""
    world = World("pictures/{email}.*")
    key = "pictures/bob@example.com.png"
    world.put("red", key)

    assert world.run(key).reason is Reason.UNKNOWN_USER
    assert world.authgear.images == {}


def test_name_in_another_spelling_is_ignored() -> None:
    """Two spellings would be two sets of objects for one user."""
    world = World("pictures/{email}.*")
    key = "pictures/Ada@example.com.png"
    world.put("red", key)

    assert world.run(key).reason is Reason.KEY_SPELLED_OTHERWISE
    assert world.authgear.images == {}
