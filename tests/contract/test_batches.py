"""The emulator answers requests about many users as the real server did."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from local.authgear import Authgear, User
from local.authgear.users.records import to_node_id
from tests.contract.batches_and_hooks import DELIVERIES, NOT_FOLLOWED, RECORDINGS
from tests.contract.tokens import make_token

FIELDS = "{ __typename id ... on User { isAnonymized standardAttributes } }"
NOBODY = to_node_id("00000000-0000-4000-8000-0000000000ff")
COUNTS = {
    "nodes.1": 1,
    "nodes.10": 10,
    "nodes.100": 100,
    "nodes.300": 300,
    "nodes.5000_duplicates": 5000,
}
TESTED = {
    *COUNTS,
    *(f"aliases.login_id.{count}" for count in (10, 100, 300)),
    *("nodes.1000_700_unknown", "nodes.mixed", "nodes.empty", "nodes.order_kept"),
    *("aliases.one_bad", "mutations.1", "mutations.5", "mutations.6"),
    *("mutations.3_one_unknown", "mutations.3_one_unknown.after"),
    *(f"hook.event.{name}" for name in DELIVERIES),
}


class Stage:
    """
    An emulator with as many users as the real server had.

    Args:
        authgear: The emulator.
    """

    def __init__(self, authgear: Authgear) -> None:
        self.authgear = authgear
        self.users = [
            authgear.users.create(email=f"bulk{number}-6f600b@example.com")
            for number in range(493)
        ]

    def send(self, query: str, **variables: Any) -> requests.Response:
        """Send a GraphQL request."""
        token = make_token(self.authgear, self.authgear.clock())
        return requests.post(
            f"{self.authgear.endpoint}/_api/admin/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
        )

    def nodes(self, *ids: str) -> requests.Response:
        """Ask for nodes."""
        query = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {FIELDS} }}"
        return self.send(query, ids=ids)

    def rename(self, *node_ids: str) -> requests.Response:
        """Give each user a new name, all in one request."""
        names = range(len(node_ids))
        declared = ", ".join(f"$v{n}: UpdateUserInput!" for n in names)
        fields = " ".join(
            f"m{n}: updateUser(input: $v{n}) {{ user {{ id }} }}" for n in names
        )
        inputs = {
            f"v{n}": {"userID": node_id, "standardAttributes": {"name": f"New {n}"}}
            for n, node_id in enumerate(node_ids)
        }
        return self.send(f"mutation({declared}) {{ {fields} }}", **inputs)


@pytest.fixture(scope="module")
def crowd() -> Iterator[Stage]:
    """Run one emulator for all tests."""
    with Authgear.start() as authgear:
        yield Stage(authgear)


def conceal(text: str, users: list[User]) -> Any:
    """Return an answer without what differs from one server to the next."""
    for number, user in enumerate(users):
        text = text.replace(user.node_id, f"NODE_{number}")
    text = re.sub(r'"(updated_at|column)": ?\d+', r'"\1":0', text)
    return json.loads(re.sub(r'"tracking_id": ?"\w+"', '"tracking_id":""', text))


def recorded(name: str, key: str = "body") -> Any:
    """Return what was recorded, in the same form."""
    text = json.dumps(RECORDINGS[name][key])
    nodes = RECORDINGS["nodes.mixed"]["body"]["data"]["nodes"]
    for number, node in enumerate((nodes[0], nodes[4])):
        text = text.replace(node["id"], f"NODE_{number}")
    return conceal(text, [])


def test_every_recording_is_tested_or_listed() -> None:
    """None is forgotten, and no exception is made for what does not exist."""
    assert TESTED | NOT_FOLLOWED.keys() == RECORDINGS.keys()
    assert not TESTED & NOT_FOLLOWED.keys()


@pytest.mark.parametrize("name", COUNTS)
def test_nodes_of_many(crowd: Stage, name: str) -> None:
    """Users come in the order asked for, however many; repeated ones repeatedly."""
    fact, count = RECORDINGS[name], COUNTS[name]
    ids = [crowd.users[number % 493].node_id for number in range(count)]

    answer = crowd.nodes(*ids)

    content = answer.json()
    assert answer.status_code == fact["status"]
    assert content.get("errors") == fact["errors"]
    assert len(content["data"]["nodes"]) == fact["got"]
    assert [node["id"] for node in content["data"]["nodes"]] == ids


def test_nodes_of_many_unknown(crowd: Stage) -> None:
    """An unknown user is null, and nothing is said of it."""
    fact = RECORDINGS["nodes.1000_700_unknown"]
    ids = [user.node_id for user in crowd.users[:300]]
    unknown = [to_node_id(f"{n:08x}-0000-4000-8000-0ff") for n in range(700)]

    content = crowd.nodes(*ids, *unknown).json()

    nodes = content["data"]["nodes"]
    assert content.get("errors") == fact["errors"]
    assert nodes.count(None) == fact["nulls"]
    assert [node["id"] for node in nodes[:300]] == ids
    assert RECORDINGS["nodes.order_kept"]["kept"] is True


def test_nodes_of_all_kinds(crowd: Stage) -> None:
    """Users, an unknown one, and two ids of no user: null, without an error."""
    first, second = crowd.users[:2]

    answer = crowd.nodes(
        *(first.node_id, NOBODY, "malformed", first.id, second.node_id, first.node_id)
    )

    assert conceal(answer.text, crowd.users[:2]) == recorded("nodes.mixed")


def test_nodes_of_nobody(crowd: Stage) -> None:
    """No id, no node."""
    assert crowd.nodes().json() == RECORDINGS["nodes.empty"]["body"]


@pytest.mark.parametrize("count", [10, 100, 300])
def test_look_ups_as_aliases(crowd: Stage, count: int) -> None:
    """Each alias has its user, however many there are."""
    fact = RECORDINGS[f"aliases.login_id.{count}"]
    fields = " ".join(
        f'u{n}: getUserByLoginID(loginIDKey: "email", '
        f'loginIDValue: "bulk{n}-6f600b@example.com") {{ id }}'
        for n in range(count)
    )

    content = crowd.send(f"query {{ {fields} }}").json()

    assert content.get("errors") == fact["errors"]
    found = [content["data"][f"u{n}"]["id"] for n in range(count)]
    assert found == [user.node_id for user in crowd.users[: fact["got"]]]


def test_look_up_of_a_malformed_value(crowd: Stage) -> None:
    """It is null with an error of its own; the others are answered."""
    values = ("bulk0-6f600b@example.com", "nobody@example.com", "not an email")
    fields = " ".join(
        f'u{n}: getUserByLoginID(loginIDKey: "email", loginIDValue: "{it}") {{ id }}'
        for n, it in enumerate(values)
    )

    answer = crowd.send(f"query {{ {fields} }}")

    assert conceal(answer.text, crowd.users[:1]) == recorded("aliases.one_bad")


@pytest.mark.parametrize("count", [1, 5])
def test_updates_as_aliases(crowd: Stage, count: int) -> None:
    """Up to five are made."""
    fact, users = RECORDINGS[f"mutations.{count}"], crowd.users[10 : 10 + count]

    answer = crowd.rename(*(user.node_id for user in users))

    assert answer.status_code == fact["status"]
    assert len(answer.json()["data"]) == fact["got"]
    assert [user.standard_attributes()["name"] for user in users] == [
        f"New {n}" for n in range(count)
    ]


def test_six_updates_are_refused(crowd: Stage) -> None:
    """One more than five, and none is made."""
    users = crowd.users[20:26]

    answer = crowd.rename(*(user.node_id for user in users))

    assert answer.status_code == RECORDINGS["mutations.6"]["status"]
    error = conceal(json.dumps(answer.json()["error"]), [])
    # The recording's placeholder is concealed as a live id is.
    assert error == recorded("mutations.6", "errors")
    assert not any("name" in user.standard_attributes() for user in users)


def test_update_of_nobody_among_others(crowd: Stage) -> None:
    """The error names its alias; the users before and after keep their names."""
    users = crowd.users[30:32]

    answer = crowd.rename(users[0].node_id, NOBODY, users[1].node_id)

    assert conceal(answer.text, []) == recorded("mutations.3_one_unknown")
    assert RECORDINGS["mutations.3_one_unknown.after"]["names"] == ["N0", "N1", "N2"]
    assert not any("name" in user.standard_attributes() for user in users)
