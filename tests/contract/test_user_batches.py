"""The product's requests about many users, sent to the emulator over HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
import requests

from authgear import (
    AccessTokens,
    AdminAPI,
    BatchRolledBack,
    Budget,
    Connection,
    DeniedByHook,
    KeyPair,
    User,
    UserAnonymized,
    UserNotFound,
)
from local.authgear import Authgear, Fault

NOBODY = "00000000-0000-4000-8000-0000000000ff"
IMAGE_IDS = [f"00000000-0000-4000-8000-{n:012d}" for n in range(5)]


@pytest.fixture
def authgear() -> Iterator[Authgear]:
    """Run an emulator."""
    with Authgear.start() as authgear:
        yield authgear


@pytest.fixture
def api(authgear: Authgear) -> Iterator[AdminAPI]:
    """Return the product's client of the emulator."""
    pair = KeyPair(
        key_id=authgear.key_pair.key_id, private_key=authgear.key_pair.private_key
    )
    tokens = AccessTokens(app_id=authgear.app_id, load_key_pair=lambda: pair)
    with requests.Session() as session:
        connection = Connection(
            endpoint=authgear.endpoint, user_agent="tests", session=session
        )
        yield AdminAPI(connection, tokens)


def soon() -> Budget:
    """Return the time of one run."""
    return Budget(deadline=time.monotonic() + 20)


def read(api: AdminAPI, user_ids: list[str]) -> list[User]:
    """Read users who all exist."""
    found = api.batches.get_users(user_ids, budget=soon())
    return [user for user in found.values() if isinstance(user, User)]


def test_thousand_users_take_one_request(authgear: Authgear, api: AdminAPI) -> None:
    """Each known one is read, and the unknown one is reported."""
    ids = [
        authgear.users.create(
            email=f"user{n}@example.com", standard_attributes={"name": f"User {n}"}
        ).id
        for n in range(999)
    ]

    users = api.batches.get_users([*ids, NOBODY], budget=soon())

    assert [type(users[user_id]) for user_id in ids] == [User] * 999
    assert type(users[NOBODY]) is UserNotFound
    assert len(authgear.requests) == 1


def test_hundred_names_take_one_request(authgear: Authgear, api: AdminAPI) -> None:
    """Login ids in any case, attributes without a login id, and malformed values."""
    ada = authgear.users.create(email="ada@example.com")
    bob = authgear.users.create(standard_attributes={"email": "bob@example.com"})
    values = [
        *("ada@example.com", "ADA@example.com", "bob@example.com", "eve@example.com"),
        *("not an email", "", "@", "a" * 900),
        *(f"nobody{n}@example.com" for n in range(92)),
    ]

    found = api.batches.find_users(
        values, login_id_key="email", attribute="email", budget=soon()
    )

    ids = {value: [user.user_id for user in users] for value, users in found.items()}
    assert list(ids) == values
    assert {value: it for value, it in ids.items() if it} == {
        "ada@example.com": [ada.id],
        "ADA@example.com": [ada.id],
        "bob@example.com": [bob.id],
    }
    assert [request.step for request in authgear.requests] == ["find"]


def test_name_that_looks_well_formed_and_is_not(
    authgear: Authgear, api: AdminAPI
) -> None:
    """The server refuses it and with it all; one request more finds the others."""
    ada = authgear.users.create(email="ada@example.com")
    values = ["(bad)@example.com", "ada@example.com", "<x>@example.com"]

    found = api.batches.find_users(
        values, login_id_key="email", attribute="email", budget=soon()
    )

    assert [user.user_id for user in found["ada@example.com"]] == [ada.id]
    assert found["(bad)@example.com"] == found["<x>@example.com"] == []
    assert len(authgear.requests) == 2


@pytest.mark.parametrize(
    ("key", "attribute", "value"),
    [
        ("username", "preferred_username", "ada"),
        ("phone", "phone_number", "+85298765432"),
    ],
)
def test_names_of_other_kinds(
    authgear: Authgear, api: AdminAPI, key: str, attribute: str, value: str
) -> None:
    """User names and phone numbers are looked up in the same way."""
    ada = authgear.users.create(username="ada", phone="+85298765432")

    found = api.batches.find_users(
        [value, "+1"], login_id_key=key, attribute=attribute, budget=soon()
    )

    assert [user.user_id for user in found[value]] == [ada.id]
    assert found["+1"] == []


def test_five_pictures_take_one_request(authgear: Authgear, api: AdminAPI) -> None:
    """All are set, and nothing else of any user is changed."""
    ids = [
        authgear.users.create(
            email=f"user{n}@example.com", standard_attributes={"name": f"User {n}"}
        ).id
        for n in range(5)
    ]
    before = read(api, ids)

    updated = api.batches.set_pictures(
        list(zip(before, IMAGE_IDS, strict=True)), budget=soon()
    )

    after = read(api, ids)
    assert list(updated.values()) == after
    assert [user.picture_object_id for user in after] == IMAGE_IDS
    for old, new in zip(before, after, strict=True):
        assert old.differing_attributes(new) == []
    assert [it.step for it in authgear.requests] == ["read", "update", "read"]


def test_deleted_user_rolls_back_the_others(authgear: Authgear, api: AdminAPI) -> None:
    """None has a picture, and the error names the user."""
    ids = [authgear.users.create().id for _ in range(3)]
    before = read(api, ids)
    authgear.users.commit({ids[1]: None})

    with pytest.raises(BatchRolledBack) as caught:
        api.batches.set_pictures(
            list(zip(before, IMAGE_IDS, strict=False)), budget=soon()
        )

    assert caught.value.user_id == ids[1]
    assert type(caught.value.cause) is UserNotFound
    assert [user.has_picture for user in read(api, [ids[0], ids[2]])] == [False] * 2


def test_hook_that_denies_rolls_back_all(authgear: Authgear, api: AdminAPI) -> None:
    """hook.deny.two_mutations: the first denied update ends the request."""
    before = read(api, [authgear.users.create().id for _ in range(2)])
    authgear.faults.add(Fault(step="update", hook="deny"))

    with pytest.raises(BatchRolledBack) as caught:
        api.batches.set_pictures(
            list(zip(before, IMAGE_IDS, strict=False)), budget=soon()
        )

    assert type(caught.value.cause) is DeniedByHook
    assert caught.value.user_id == before[0].user_id


def test_anonymized_user_is_told(authgear: Authgear, api: AdminAPI) -> None:
    """A read says so; an update of such a user is rolled back."""
    [user] = read(api, [authgear.users.create().id])
    record = authgear.users.get(user.user_id).record
    authgear.users.commit({user.user_id: replace(record, is_anonymized=True)})

    found = api.batches.get_users([user.user_id], budget=soon())
    with pytest.raises(BatchRolledBack) as caught:
        api.batches.set_pictures([(user, IMAGE_IDS[0])], budget=soon())

    assert type(found[user.user_id]) is UserAnonymized
    assert type(caught.value.cause) is UserAnonymized
