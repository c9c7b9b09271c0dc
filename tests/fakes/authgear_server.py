"""Authgear in memory, by the rules that were recorded from a real server."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests

from authgear import (
    AdminAPI,
    Connection,
    to_node_id,
    to_user_id,
)
from tests.fakes.tokens import APP_ID, TOKENS
from tests.fakes.transport import FakeTransport, answer

ENDPOINT = "https://demo.authgear.test"

Fault = Callable[[Callable[[], requests.Response]], requests.Response]


class FakeAuthgear:
    """
    Users, uploaded images, and one fault after another where a test wants them.

    Only what the loop asks for is here; the emulator of the local system answers as
    the real server does in every detail.
    """

    def __init__(self) -> None:
        self.users: dict[str, dict[str, Any]] = {}
        self.login_ids: dict[tuple[str, str], str] = {}
        self.anonymized: set[str] = set()
        self.images: dict[str, bytes] = {}
        self.steps: list[str] = []
        self.faults: dict[str, list[Fault | None]] = {}
        self.before: dict[str, Callable[[], None]] = {}
        self.transport = FakeTransport(self._handle)

    def admin_api(self) -> AdminAPI:
        """Return the product's client of this server."""
        connection = Connection(
            endpoint=ENDPOINT,
            user_agent="tests",
            session=self.transport.session(),
            share=lambda: 0.5,
        )
        return AdminAPI(connection, TOKENS)

    def add_user(self, user_id: str = "", **attributes: Any) -> str:
        """Create a user and return the UUID."""
        user_id = user_id or str(uuid.uuid4())
        self.users[user_id] = {"name": "Ada", "updated_at": 1, **attributes}
        return user_id

    def fail(self, step: str, *faults: Fault | None) -> None:
        """Let the next requests of a step meet these faults, `None` being none."""
        self.faults.setdefault(step, []).extend(faults)

    def picture_of(self, user_id: str) -> bytes | None:
        """Return the bytes that the user's picture shows."""
        url = self.users[user_id].get("picture", "")
        return self.images.get(url.split("/")[-2]) if url else None

    def _handle(self, request: requests.PreparedRequest) -> requests.Response:
        """Answer one request, after the fault that waits for it."""
        step, work = self._route(request)
        self.steps.append(step)
        if step in self.before:
            self.before.pop(step)()
        waiting = self.faults.get(step, [])
        fault = waiting.pop(0) if waiting else None
        return fault(work) if fault else work()

    def _route(
        self, request: requests.PreparedRequest
    ) -> tuple[str, Callable[[], requests.Response]]:
        """Return a request's step, and the work that it asks for."""
        path = urlsplit(request.url or "").path
        if str(path).endswith("/images/upload"):
            return "presign", self._presign
        if str(path).endswith("/original"):
            return "mark", lambda: self._original(str(path))
        if str(path).startswith("/_images/"):
            return "upload", lambda: self._upload(str(path), request)
        content = json.loads(request.body or b"{}")
        variables = content["variables"]
        if "ReadUsers(" in content["query"]:
            return "read", lambda: self._read_many(variables["ids"])
        if "FindManyUsers(" in content["query"]:
            return "find", lambda: self._find_many(content["query"], variables)
        if "UpdateManyUsers(" in content["query"]:
            return "update", lambda: self._update_many(list(variables.values()))
        if "UpdateUser" in content["query"]:
            return "update", lambda: self._update(variables["input"])
        if "FindUsers" in content["query"]:
            return "find", lambda: self._find(variables)
        return "read", lambda: self._read(variables["id"])

    def _presign(self) -> requests.Response:
        """Hand out a URL for a fresh object id."""
        url = f"{ENDPOINT}/_images/{APP_ID}/{uuid.uuid4()}?x-authgear-signature=SECRET"
        return answer({"result": {"upload_url": url}})

    def _upload(
        self, path: str, request: requests.PreparedRequest
    ) -> requests.Response:
        """Store an image, once for each URL."""
        image_id = path.split("/")[-1]
        if image_id in self.images:
            error = {"name": "AlreadyExists", "reason": "DuplicatedImage"}
            return answer({"error": error}, 409)
        body = request.body if isinstance(request.body, bytes) else b""
        self.images[image_id] = body.partition(b"\r\n\r\n")[2].rpartition(b"\r\n--")[0]
        return answer({"result": {"url": f"authgearimages:///{APP_ID}/{image_id}"}})

    def _original(self, path: str) -> requests.Response:
        """Show an image's own bytes to everybody, or the store's 404."""
        data = self.images.get(path.split("/")[-2])
        if data is None:
            return answer(b"<Code>NoSuchKey</Code>", 404)
        return answer(data)

    def _read(self, node_id: str) -> requests.Response:
        """Show a user, or null."""
        user_id = to_user_id(node_id)
        node = self._node(user_id) if user_id in self.users else None
        return answer({"data": {"node": node}})

    def _read_many(self, node_ids: list[str]) -> requests.Response:
        """Show users in the order asked for, and null for each that does not exist."""
        user_ids = [to_user_id(node_id) for node_id in node_ids]
        nodes = [self._node(u) if u in self.users else None for u in user_ids]
        return answer({"data": {"nodes": nodes}})

    def _find(self, variables: dict[str, str]) -> requests.Response:
        """Find users by login id, and by an attribute in any case."""
        by_login_id = self._owner(variables["key"], variables["value"])
        found = self._having(variables["attribute"], variables["value"])
        return answer({"data": {"byLoginID": by_login_id, "byAttribute": found}})

    def _find_many(self, query: str, variables: dict[str, str]) -> requests.Response:
        """Find the users of many values, each as `_find` does, by aliases."""
        data: dict[str, Any] = {}
        for alias, number in re.findall(r"\b(id|value)(\d+):", query):
            value = variables[f"v{number}"]
            data[alias + number] = (
                self._owner(variables["key"], value)
                if alias == "id"
                else self._having(variables["attribute"], value)
            )
        return answer({"data": data})

    def _owner(self, key: str, value: str) -> dict[str, Any] | None:
        """Return the user with a login id."""
        owner = self.login_ids.get((key, value))
        return self._node(owner) if owner else None

    def _having(self, attribute: str, value: str) -> list[dict[str, Any]]:
        """Return the users with an attribute, in any case."""
        return [
            self._node(user_id)
            for user_id, attributes in self.users.items()
            if str(attributes.get(attribute)).lower() == value.lower()
        ]

    def _update_many(self, updates: list[dict[str, Any]]) -> requests.Response:
        """Update all users; none of them if one does not exist."""
        for number, update in enumerate(updates):
            if to_user_id(update["userID"]) not in self.users:
                return answer({"data": None, "errors": [_not_found(f"m{number}")]})
        nodes = [self._store(update) for update in updates]
        return answer({"data": {f"m{n}": {"user": it} for n, it in enumerate(nodes)}})

    def _update(self, update: dict[str, Any]) -> requests.Response:
        """Replace all standard attributes of a user, if there is one."""
        if to_user_id(update["userID"]) not in self.users:
            return answer({"data": None, "errors": [_not_found("updateUser")]})
        return answer({"data": {"updateUser": {"user": self._store(update)}}})

    def _store(self, update: dict[str, Any]) -> dict[str, Any]:
        """Store a user's attributes, and show the user."""
        user_id = to_user_id(update["userID"]) or ""
        attributes = dict(update["standardAttributes"])
        if attributes.get("picture", "").startswith("authgearimages:///"):
            app_id, image_id = attributes["picture"].split("/")[-2:]
            attributes["picture"] = f"{ENDPOINT}/_images/{app_id}/{image_id}/profile"
        self.users[user_id] = attributes
        return self._node(user_id)

    def _node(self, user_id: str | None) -> dict[str, Any]:
        """Return a user as GraphQL shows one."""
        return {
            "id": to_node_id(user_id or ""),
            "isAnonymized": user_id in self.anonymized,
            "standardAttributes": dict(self.users[user_id or ""]),
        }


def _not_found(alias: str) -> dict[str, Any]:
    """Return the error of an update of nobody (contract: mutations.3_one_unknown)."""
    return {
        "message": "user not found",
        "path": [alias],
        "extensions": {"errorName": "NotFound", "reason": "UserNotFound"},
    }


def dropped_before(work: Callable[[], requests.Response]) -> requests.Response:
    """Break the connection before the work is done."""
    raise requests.ConnectionError(ENDPOINT)


def dropped_after(work: Callable[[], requests.Response]) -> requests.Response:
    """Do the work and break the connection before the answer."""
    work()
    raise requests.ConnectionError(ENDPOINT)


def timed_out(work: Callable[[], requests.Response]) -> requests.Response:
    """Do the work, and answer too late."""
    work()
    raise requests.ReadTimeout(ENDPOINT)


def answered(content: Any, status: int = 200) -> Fault:
    """Answer in place of the server, no work being done."""
    return lambda work: answer(content, status)
