"""The local page without a browser: who may use it, and what it answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
import requests
from PIL import Image

from local.authgear import User
from local.page import Page
from local.sample_users import create_person
from local.system import LocalSystem
from tests.samples.pictures import encode, quadrants

PICTURE = encode(quadrants(300, 200), "PNG")
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="session")
def page(shared_system: LocalSystem) -> Iterator[Page]:
    """Serve a page for all tests."""
    with Page.start(shared_system) as page:
        yield page


@pytest.fixture
def user(system: LocalSystem) -> User:
    """Create a user."""
    return create_person(system.authgear, "Ada Lovelace")


def get(page: Page, path: str, **headers: str) -> requests.Response:
    """Read something."""
    return requests.get(page.url + path, headers=headers, timeout=5)


def post(page: Page, path: str, content: Any = None) -> requests.Response:
    """Press a button."""
    return requests.post(page.url + path, json=content or {}, timeout=5)


@pytest.mark.parametrize(
    "host", ["example.com", "127.0.0.1.example.com", "[", "localhost.example.com:80"]
)
def test_another_host_name_is_refused(page: Page, host: str) -> None:
    """A name of another site that leads to this machine does not lead to the page."""
    assert get(page, "", Host=host).status_code == 421


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Origin": "https://example.com"}, 403, id="another-site"),
        pytest.param({"Origin": "http://127.0.0.1:1"}, 403, id="another-port"),
        pytest.param({"Origin": "null"}, 403, id="sandboxed"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, 403, id="without-origin"),
        pytest.param({"Content-Type": "text/plain"}, 415, id="form"),
        pytest.param({}, 204, id="the-page-itself"),
    ],
)
def test_another_site_must_not_drive_the_page(
    page: Page, headers: dict[str, str], status: int
) -> None:
    """Requests that change something must come from the page itself, as JSON."""
    headers = {"Content-Type": "application/json", **headers}
    url = f"{page.url}failures/deliver"

    answer = requests.post(url, data="{}", headers=headers, timeout=5)

    assert answer.status_code == status


def test_page_loads_nothing_from_elsewhere(page: Page, system: LocalSystem) -> None:
    """Headers allow the browser to load only from this machine, and forbid frames."""
    policy = get(page, "").headers["Content-Security-Policy"]

    sources = {word.strip(";") for word in policy.split() if word.startswith("http")}
    directives = [part.strip() for part in policy.split(";")]
    assert sources == {system.authgear.endpoint, system.aws.endpoint}
    assert "default-src 'none'" in directives
    assert "frame-ancestors 'none'" in directives


def test_stream_tells_state_and_log(
    page: Page, system: LocalSystem, user: User
) -> None:
    """The first event holds every user, the next ones are lines of the log."""
    system.drop(f"pictures/{user.id}.png", PICTURE)

    events = read_events(page, "record")

    state = next(content for name, content in events if name == "state")
    (shown,) = (it for it in state["users"] if it["id"] == user.id)
    assert shown["attributes"]["birthdate"] == user.standard_attributes()["birthdate"]
    assert shown["original"]["frame"] == [1 / 6, 0.0, 5 / 6, 1.0]
    assert events[-1][1]["outcome"] in {"synced", "ignored"}


def test_stream_tells_the_newest_result_of_the_same_bytes(
    page: Page, system: LocalSystem, user: User
) -> None:
    """A file that comes again after another one has a new image, and a new sync tag."""
    other = encode(quadrants(200, 300), "PNG")

    for content in (PICTURE, other, PICTURE):
        settled = system.drop(f"pictures/{user.id}.png", content)
        shown = show(page, user)

        assert shown["image_id"] == settled.facts["object_id"]
        assert [it["result"] for it in shown["objects"]] == [shown["image_id"]]


@pytest.mark.parametrize("by", ["header", "parameter"])
def test_stream_goes_on_where_it_ended(
    page: Page, system: LocalSystem, user: User, by: str
) -> None:
    """A browser that connects again receives only newer records."""
    first = read_events(page, "record")
    start = next(content for name, content in first if name == "state")["start"]
    told = len(system.history.records)
    key = f"pictures/{user.id}.png"
    system.drop(key, PICTURE)

    seen = f"{start}-{told}"
    again = (
        read_events(page, "record", **{"Last-Event-ID": seen})
        if by == "header"
        else read_events(page, "record", path=f"events?after={seen}")
    )

    assert again[-1][1]["key"] == key


def test_original_is_encoded_anew(page: Page, system: LocalSystem, user: User) -> None:
    """The browser gets a JPEG for any object."""
    settled = system.drop(f"pictures/{user.id}.png", PICTURE)

    answer = get(page, f"originals/{settled.facts['object_id']}")

    with Image.open(BytesIO(answer.content)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (300, 200))
    assert answer.headers["Content-Type"] == "image/jpeg"


def test_signed_url_puts_the_file_for_the_user(
    page: Page, system: LocalSystem, user: User
) -> None:
    """S3 takes the file at the URL, and the user gets the picture."""
    signed = post(page, f"users/{user.id}/sign", {"file_name": "My Face.PNG"}).json()

    requests.put(signed["url"], data=PICTURE, timeout=5).raise_for_status()

    assert signed["key"] == f"pictures/{user.id}.png"
    assert system.wait_for(signed["key"]).outcome == "synced"


@pytest.mark.parametrize("action", ["repeat", "shuffle", "delete"])
def test_button_says_that_there_is_nothing(page: Page, user: User, action: str) -> None:
    """Without an object or an event the answer is a sentence."""
    answer = post(page, f"users/{user.id}/{action}")

    assert answer.status_code == 200
    assert "drop a picture first" in answer.json()["message"]


@pytest.mark.parametrize(
    "path",
    [
        f"users/{NOBODY}/destroy",
        "users/../etc/sign",
        "simulated-failures/none",
        "nothing",
    ],
)
def test_unknown_button_is_not_there(page: Page, path: str) -> None:
    """Only what the page has can be pressed."""
    assert post(page, path).status_code in {404, 405}


@pytest.mark.parametrize(
    "path", ["static/..%2fserver.py", "static/none.js", "samples/none", "originals/0"]
)
def test_unknown_file_is_not_there(page: Page, path: str) -> None:
    """Only the page's own files are served."""
    assert get(page, path).status_code == 404


def show(page: Page, user: User) -> Any:
    """Return what the page shows of a user."""
    ((_, state),) = read_events(page, "state")
    return next(it for it in state["users"] if it["id"] == user.id)


def read_events(
    page: Page, last: str, path: str = "events", **headers: str
) -> list[tuple[str, Any]]:
    """Return the stream's events up to the first one of a name."""
    events: list[tuple[str, Any]] = []
    with requests.get(
        f"{page.url}{path}", headers=headers, stream=True, timeout=5
    ) as answer:
        name = ""
        for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
            key, _, value = line.partition(": ")
            if key == "event":
                name = value
            if key == "data":
                events.append((name, json.loads(value)))
                if name == last:
                    break
    return events
