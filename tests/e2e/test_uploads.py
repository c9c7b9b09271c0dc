"""Uploads by a presigned form: what S3 accepts, and from which pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from local.authgear import User
from local.aws.clients import CONFIG
from local.sample_users import create_person
from tests.e2e.faces import shows_quadrants
from tests.e2e.uploads import Uploads, start_uploads
from tests.e2e.waiting import wait_until

# MiniStack's guard lets only pages of this machine in.
LISTED, ALSO_LISTED = "https://localhost:8443", "http://localhost:5173"
LIMIT = 20_000_000  # bytes


@pytest.fixture(scope="module")
def uploads() -> Iterator[Uploads]:
    """Run a stack that takes uploads from one origin."""
    with start_uploads(f"{ALSO_LISTED},{LISTED}") as uploads:
        yield uploads


@pytest.fixture
def user(uploads: Uploads) -> User:
    """Create a user with every kind of attribute."""
    return create_person(uploads.system.authgear, "Ada Lovelace")


def send(
    form: dict[str, Any], data: bytes, content_type: str = "image/png", **changes: str
) -> requests.Response:
    """Send a form as a browser does, with some fields changed or added."""
    fields = {**form["fields"], "Content-Type": content_type, **changes}
    return requests.post(
        form["url"],
        data=fields,
        files={"file": ("picture", data)},
        headers={"Origin": LISTED},
        timeout=30,
    )


def ask(url: str, origin: str, method: str) -> requests.Response:
    """Send a preflight, as a browser does for a page that shows the progress."""
    headers = {"Origin": origin, "Access-Control-Request-Method": method}
    return requests.options(url, headers=headers, timeout=30)


def test_uploaded_picture_becomes_the_user_s(
    uploads: Uploads, user: User, picture: bytes
) -> None:
    """The form works with the page's permission, and the page may read the answer."""
    answer = send(uploads.sign(user.id), picture)

    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == LISTED
    wait_until(lambda: user.picture_object_id is not None)
    assert shows_quadrants(user)


@pytest.mark.parametrize(
    ("size", "status"), [(0, 400), (LIMIT, 204), (LIMIT + 1, 400)], ids=str
)
def test_size_is_limited(uploads: Uploads, user: User, size: int, status: int) -> None:
    """S3 itself refuses an empty file, and one that the function would reject."""
    answer = send(uploads.sign(user.id), bytes(size))

    assert answer.status_code == status


@pytest.mark.parametrize(
    "changes",
    [
        {"content_type": "text/html"},
        {"key": "pictures/someone-else.jpg"},
        {"x-amz-tagging": "<Tagging/>"},
        {"x-amz-storage-class": "GLACIER"},
    ],
    ids=lambda it: next(iter(it)),
)
def test_other_fields_are_refused(
    uploads: Uploads, user: User, picture: bytes, changes: dict[str, str]
) -> None:
    """The user cannot choose key, type, tags or storage class."""
    answer = send(uploads.sign(user.id), picture, **changes)

    assert answer.status_code == 403
    assert uploads.system.list_objects(user) == []


def test_bad_file_keeps_the_picture(
    uploads: Uploads, user: User, picture: bytes
) -> None:
    """A later file that is not a picture does not take the picture away."""
    send(uploads.sign(user.id), picture)
    wait_until(lambda: user.picture_object_id is not None)
    first = user.picture_object_id
    key = f"pictures/{user.id}.jpg"

    send(uploads.sign(user.id), b"I am not a picture.\n")

    assert uploads.system.wait_for(key, count=2).outcome == "rejected"
    assert user.picture_object_id == first


def test_permission_of_the_signer_is_the_smallest(uploads: Uploads, user: User) -> None:
    """It can put pictures, and cannot read, list, delete, or write elsewhere."""
    system = uploads.system
    s3 = uploads.session().client("s3", endpoint_url=system.aws.endpoint, config=CONFIG)
    key = f"pictures/{user.id}.jpg"
    system.put(key, b"picture")

    for refused in (
        lambda: s3.get_object(Bucket=system.bucket, Key=key),
        lambda: s3.list_objects_v2(Bucket=system.bucket),
        lambda: s3.delete_object(Bucket=system.bucket, Key=key),
        lambda: s3.put_object(Bucket=system.bucket, Key="other/x", Body=b""),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            refused()


@pytest.mark.parametrize(
    ("origin", "method", "status"),
    [
        (LISTED, "POST", 200),
        (ALSO_LISTED, "POST", 200),
        ("http://localhost:8443", "POST", 403),
        ("https://localhost", "POST", 403),
        (LISTED, "PUT", 403),
        (LISTED, "GET", 403),
    ],
)
def test_only_listed_origins_may_post(
    uploads: Uploads, origin: str, method: str, status: int
) -> None:
    """No other page, no other method."""
    url = f"{uploads.system.aws.endpoint}/{uploads.system.bucket}"

    answer = ask(url, origin, method)

    assert answer.status_code == status
    allowed = answer.headers.get("Access-Control-Allow-Origin")
    assert allowed == (origin if status == 200 else None)
