"""The calls of Authgear's Admin API that set a user's picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .access_token import AccessTokens
from .answers import as_object
from .authorized import AuthorizedConnection
from .budget import Budget
from .connection import Connection
from .errors import PictureNotKept, Unexpected, UserAnonymized, UserNotFound
from .originals import read_original
from .user import (
    STALE,
    USER_FIELDS,
    User,
    object_id,
    picture_uri,
    read_user,
    to_node_id,
)
from .user_batches import UserBatches

READ_USER = f"""
query ReadUser($id: ID!) {{ node(id: $id) {{ ... on User {USER_FIELDS} }} }}"""
FIND_USERS = f"""
query FindUsers($key: String!, $attribute: String!, $value: String!) {{
  byLoginID: getUserByLoginID(loginIDKey: $key, loginIDValue: $value) {USER_FIELDS}
  byAttribute: getUsersByStandardAttribute(
    attributeName: $attribute, attributeValue: $value
  ) {USER_FIELDS}
}}"""
UPDATE_USER = f"""
mutation UpdateUser($input: UpdateUserInput!) {{
  updateUser(input: $input) {{ user {USER_FIELDS} }}
}}"""


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadURL:
    """A presigned URL: works once, for 15 minutes; its query is a secret."""

    url: str = field(repr=False)
    object_id: str


class AdminAPI:
    """
    Authgear's Admin API, as far as pictures need it.

    Every method takes the `budget` of the run, and raises `AuthgearError`.

    Args:
        connection: Speaks HTTP to the endpoint.

        tokens: Hands out access tokens.

    Attributes:
        batches: The calls that read, find or update many users in one request.
    """

    def __init__(self, connection: Connection, tokens: AccessTokens) -> None:
        self._connection = connection
        self._authorized = AuthorizedConnection(connection, tokens)
        self.app_id = tokens.app_id
        self.batches = UserBatches(self._authorized, tokens.app_id)

    def create_upload_url(self, *, budget: Budget) -> UploadURL:
        """
        Ask for a presigned URL to upload one picture to.

        Raises:
            Unexpected: The URL is not one of the endpoint's own origin.
        """
        return self._connection.retry(
            lambda: self.try_upload_url(budget=budget), budget=budget
        )

    def upload(self, upload_url: UploadURL, picture: bytes, *, budget: Budget) -> str:
        """
        Upload a picture and return its image object's id.

        Each attempt after the first asks for a URL of its own: the earlier one may have
        been used up by an attempt whose answer was lost.

        Args:
            upload_url: From `create_upload_url`.

            picture: A JPEG file's bytes, at most 10 MiB.
        """
        fresh = [upload_url]

        def attempt() -> str:
            target = fresh.pop() if fresh else self.try_upload_url(budget=budget)
            return self._upload(target, picture, budget)

        return self._connection.retry(attempt, budget=budget)

    def get_user(self, user_id: str, *, budget: Budget) -> User:
        """
        Read a user who can be updated.

        Raises:
            UserNotFound: There is no user with this UUID.

            UserAnonymized: There is, and no update is possible any more.
        """
        read_at = budget.clock()
        variables = {"id": to_node_id(user_id)}
        data = self._authorized.query("read", READ_USER, variables, budget=budget)
        if "node" not in data:
            raise Unexpected(step="read", detail="`node` is missing", status=200)
        if data["node"] is None:
            raise UserNotFound(step="read", detail="there is no such user", status=200)
        user = read_user("read", data["node"], expected=user_id, read_at=read_at)
        if user.is_anonymized:
            raise UserAnonymized(
                step="read", detail="the user is anonymized", status=200
            )
        return user

    def find_users(
        self, *, login_id_key: str, attribute: str, value: str, budget: Budget
    ) -> list[User]:
        """
        Find the users who log in with a value, or have it as a standard attribute.

        Args:
            login_id_key: `email`, `phone` or `username`.

            attribute: `email`, `phone_number` or `preferred_username`.

            value: What is looked for.
        """
        names = {"key": login_id_key, "attribute": attribute, "value": value}
        # A malformed value, or a kind of login id that the project does not use.
        tolerated = {"GetUsersInvalidArgument"}
        data = self._authorized.query(
            "find", FIND_USERS, names, budget=budget, tolerated=tolerated
        )
        listed = data.get("byAttribute") or []
        if not isinstance(listed, list):
            raise Unexpected(step="find", detail="the users are not a list", status=200)
        found = [data.get("byLoginID"), *listed]
        users = [read_user("find", node) for node in found if node is not None]
        return list({user.user_id: user for user in users}.values())

    def set_picture(self, user: User, image_id: str, *, budget: Budget) -> User:
        """
        Make an uploaded image the user's picture, all other attributes as read.

        It is sent once, never repeated: attributes that were read long ago could undo
        what somebody else has changed since.

        Args:
            user: Read at most two seconds ago.

            image_id: From `upload`.

        Returns:
            The user as the answer shows it; it may be untrue, since Authgear answers
            before it commits (contract: commitfail.update).

        Raises:
            StaleAttributes: The user was read longer ago; nothing was sent.

            PictureNotKept: The answer shows another picture.
        """
        picture = picture_uri(self.app_id, image_id)
        updated = self._update(user, {"picture": picture}, budget)
        if updated.picture_object_id != image_id:
            raise PictureNotKept(
                step="update", detail="the answer shows another picture", status=200
            )
        return updated

    def remove_picture(self, user: User, *, budget: Budget) -> User:
        """Take the user's picture away, all other attributes as read; sent once."""
        updated = self._update(user, {}, budget)
        if updated.has_picture:
            raise PictureNotKept(
                step="update", detail="the answer still shows a picture", status=200
            )
        return updated

    def read_original(self, image_id: str, *, budget: Budget) -> bytes | None:
        """Read the first 64 KB of an image of this project, `None` if it is gone."""
        return read_original(self._connection, self.app_id, image_id, budget=budget)

    def try_upload_url(self, *, budget: Budget) -> UploadURL:
        """Ask for a presigned URL as `create_upload_url` does, but only once."""
        content = self._authorized.request(
            "presign", "GET", "/_api/admin/images/upload", budget=budget
        )
        url = as_object(content.get("result")).get("upload_url")
        image_id = object_id(url)
        if not isinstance(url, str) or image_id is None:
            raise Unexpected(
                step="presign", detail="`upload_url` is missing", status=200
            )
        if not self._connection.is_same_origin(url):
            raise Unexpected(
                step="presign",
                detail="`upload_url` is not on the endpoint's origin",
                status=200,
            )
        return UploadURL(url=url, object_id=image_id)

    def _upload(self, target: UploadURL, picture: bytes, budget: Budget) -> str:
        """Upload a picture, once; without an access token, since the URL is signed."""
        content = self._connection.request(
            "upload",
            "POST",
            target.url,
            budget=budget,
            files={"file": ("picture.jpg", picture, "image/jpeg")},
        )
        stored = object_id(as_object(content.get("result")).get("url"))
        if stored != target.object_id:
            raise Unexpected(
                step="upload", detail="the answer names no such image", status=200
            )
        return stored

    def _update(self, user: User, changes: dict[str, Any], budget: Budget) -> User:
        """Replace all standard attributes by those read, except the picture."""
        variables = {"input": user.update_input(changes)}
        data = self._authorized.graphql(
            "update",
            UPDATE_USER,
            variables,
            budget=budget,
            fresh_until=user.read_at + STALE,
        )
        answered = as_object(data.get("updateUser")).get("user")
        return read_user("update", answered, expected=user.user_id)
