"""The calls of the Admin API that read, find or update many users in one request."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from .answers import as_object, read_errors, read_graphql
from .authorized import AuthorizedConnection
from .budget import Budget
from .errors import (
    BatchRolledBack,
    PictureNotKept,
    RateLimited,
    Refused,
    Unexpected,
    UserAnonymized,
    UserNotFound,
)
from .lookups import BAD_VALUE, find_refused, may_be, read_found, write_lookups
from .user import STALE, USER_FIELDS, User, picture_uri, read_user, to_node_id

# Users; the most that were asked for (contract: nodes.5000_duplicates).
MOST_READ = 5000
MOST_FOUND = 100  # values; contract: aliases.login_id.100
MOST_UPDATED = 5  # users; the server's own limit (contract: mutations.6)
# Bytes of an answer: those of any other, and an ample share for each user.
LARGEST_ANSWER = 1_048_576
USER_SHARE = 4096

READ_USERS = f"""
query ReadUsers($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on User {USER_FIELDS} }} }}"""


class UserBatches:
    """
    Requests about many users.

    Each method sends one request, within the `budget` of the run. The caller splits
    what is more than the limit.

    Args:
        authorized: Sends requests with an access token.

        app_id: The Authgear project's app id.
    """

    def __init__(self, authorized: AuthorizedConnection, app_id: str) -> None:
        self._authorized = authorized
        self._app_id = app_id

    def get_users(
        self, user_ids: Collection[str], *, budget: Budget
    ) -> dict[str, User | Refused]:
        """
        Read up to `MOST_READ` users.

        Args:
            user_ids: UUIDs; repeated ones are read once.

        Returns:
            For each id the user, or the error that `AdminAPI.get_user` would raise:
            `UserNotFound` or `UserAnonymized`.

        Raises:
            AuthgearError: There is no good answer, and nothing is known of any user.
        """
        ids, read_at = list(dict.fromkeys(user_ids)), budget.clock()
        _check_count(ids, MOST_READ)
        if not ids:
            return {}
        data = self._authorized.query(
            "read",
            READ_USERS,
            {"ids": [to_node_id(user_id) for user_id in ids]},
            budget=budget,
            largest_answer=LARGEST_ANSWER + USER_SHARE * len(ids),
        )
        nodes = data.get("nodes")
        if not isinstance(nodes, list) or len(nodes) != len(ids):
            detail = "`nodes` is not a list of as many users as were asked for"
            raise Unexpected(step="read", detail=detail, status=200)
        return {
            i: _read_node(i, node, read_at) for i, node in zip(ids, nodes, strict=True)
        }

    def find_users(
        self,
        values: Collection[str],
        *,
        login_id_key: str,
        attribute: str,
        budget: Budget,
    ) -> dict[str, list[User]]:
        """
        Find the users of up to `MOST_FOUND` values, each as `AdminAPI.find_users` does.

        Where Authgear refuses a value that looks well-formed to us, the request is sent
        once more without that value.

        Args:
            values: What is looked for; repeated ones are looked for once.

            login_id_key: `email`, `phone` or `username`.

            attribute: `email`, `phone_number` or `preferred_username`.

        Returns:
            For each value the users who log in with it or have it as an attribute.
        """
        sought = list(dict.fromkeys(values))
        _check_count(sought, MOST_FOUND)
        if not sought:  # a query of no fields is an error
            return {}
        listed = {n for n, value in enumerate(sought) if may_be(attribute, value)}
        names = {"key": login_id_key, "attribute": attribute}
        variables = names | {f"v{n}": value for n, value in enumerate(sought)}
        while True:
            content = self._authorized.query_partly(
                "find",
                write_lookups(len(sought), listed),
                variables,
                budget=budget,
                tolerated={BAD_VALUE},
                largest_answer=LARGEST_ANSWER + USER_SHARE * len(sought),
            )
            data = content.get("data")
            if isinstance(data, dict):
                return {v: read_found(data, n, listed) for n, v in enumerate(sought)}
            refused = find_refused(content, len(sought)) & listed
            if not refused:
                raise Unexpected(step="find", detail="`data` is missing", status=200)
            listed -= refused

    def set_pictures(
        self, pictures: Sequence[tuple[User, str]], *, budget: Budget
    ) -> dict[str, User | PictureNotKept]:
        """
        Set the pictures of up to `MOST_UPDATED` users.

        Each update is that of `AdminAPI.set_picture`. The request is sent once, never
        repeated.

        Args:
            pictures: Users, read just before and each once, with the ids of their
                images.

        Returns:
            For each user id the user as the answer shows it, or the error that the
            answer shows another picture.

        Raises:
            StaleAttributes: One of them was read too long ago; nothing was sent.

            BatchRolledBack: One of the updates failed, and none of them is stored.

            RateLimited: Authgear asks for fewer requests, and no update is stored.

            AuthgearError: Anything else; some or all updates may be stored.
        """
        _check_count(pictures, MOST_UPDATED)
        if not pictures:
            return {}
        inputs = {
            f"v{n}": user.update_input({"picture": picture_uri(self._app_id, image_id)})
            for n, (user, image_id) in enumerate(pictures)
        }
        content = self._authorized.send_graphql(
            "update",
            _write_update(len(pictures)),
            inputs,
            budget=budget,
            fresh_until=min(user.read_at for user, _ in pictures) + STALE,
        )
        _raise_if_rolled_back(content, [user.user_id for user, _ in pictures])
        data = read_graphql("update", content)
        return {
            user.user_id: _read_updated(data.get(f"m{n}"), user, image_id)
            for n, (user, image_id) in enumerate(pictures)
        }


def _check_count(items: Collection[Any], most: int) -> None:
    """Refuse more than one request takes."""
    if len(items) > most:
        message = f"at most {most} in one request, not {len(items)}"
        raise ValueError(message)


def _read_node(user_id: str, node: Any, read_at: float) -> User | Refused:
    """Return a user of a batch, or why the user cannot be updated."""
    if node is None:
        return UserNotFound(step="read", detail="there is no such user", status=200)
    user = read_user("read", node, expected=user_id, read_at=read_at)
    if user.is_anonymized:
        detail = "the user is anonymized"
        return UserAnonymized(step="read", detail=detail, status=200)
    return user


def _write_update(count: int) -> str:
    """Write the mutation that updates so many users."""
    declared = ", ".join(f"$v{n}: UpdateUserInput!" for n in range(count))
    updates = "".join(
        f"  m{n}: updateUser(input: $v{n}) {{ user {USER_FIELDS} }}\n"
        for n in range(count)
    )
    return f"mutation UpdateManyUsers({declared}) {{\n{updates}}}"


def _raise_if_rolled_back(content: dict[str, Any], user_ids: Sequence[str]) -> None:
    """Raise if the answer lists an error: the server rolls back the whole request."""
    for error in read_errors("update", content):
        if isinstance(error.cause, RateLimited):
            raise error.cause
        aliases = {f"m{n}": user_id for n, user_id in enumerate(user_ids)}
        user_id = aliases.get(error.alias)
        raise BatchRolledBack(error.cause, user_id) from error.cause


def _read_updated(answered: Any, user: User, image_id: str) -> User | PictureNotKept:
    """Return a user as the answer shows it, or that it shows another picture."""
    node = as_object(answered).get("user")
    updated = read_user("update", node, expected=user.user_id)
    if updated.picture_object_id == image_id:
        return updated
    return PictureNotKept(
        step="update", detail="the answer shows another picture", status=200
    )
