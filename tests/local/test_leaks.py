"""The search for what the function must not write."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import jwt
import pytest

from local.authgear import Authgear
from local.leaks import find_leaks
from local.sample_users import create_person


@pytest.fixture(scope="module")
def authgear() -> Iterator[Authgear]:
    """Run an Authgear with one user."""
    with Authgear.start() as authgear:
        create_person(authgear, "Ada Lovelace")
        yield authgear


def test_find_leaks_passes_a_clean_log(authgear: Authgear) -> None:
    """Ids, outcomes and durations may be written."""
    (user,) = authgear.users
    log = f'{{"outcome": "synced", "user_id": "{user.id}", "total_ms": 75.12}}'

    assert find_leaks(log, authgear) == []


@pytest.mark.parametrize(
    "leak",
    [
        pytest.param(
            lambda it: jwt.encode(
                {"aud": "demo"}, it.key_pair.private_key, algorithm="RS256"
            ),
            id="token",
        ),
        pytest.param(lambda it: it.key_pair.private_key.splitlines()[5], id="key"),
        pytest.param(lambda it: "/a?x-authgear-signature=0f", id="signature"),
        pytest.param(lambda it: "ada.lovelace@example.com", id="email"),
        pytest.param(lambda it: "Lovelace", id="name"),
        pytest.param(lambda it: "1 Nathan Road", id="street"),
        pytest.param(lambda it: "M-1000", id="custom-attribute"),
    ],
)
def test_find_leaks_finds(leak: Callable[[Authgear], str], authgear: Authgear) -> None:
    """Anything of a token, key, presigned URL or attribute is found."""
    found = find_leaks(f'"detail": "{leak(authgear)}"', authgear)

    assert found
    assert leak(authgear) not in "".join(found)
