"""The page of docs/uploads.md in a real browser, which enforces CORS."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, expect
from playwright.sync_api import Page as Tab

from local.authgear import User
from local.authgear.server import Server
from local.loopback import HOST
from local.paths import PICTURES
from local.sample_users import create_person
from tests.docs.uploads import read_blocks
from tests.e2e.uploads import Uploads, start_uploads
from tests.e2e.waiting import wait_until

PHOTO = (PICTURES / "coffee.png").read_bytes()
COOKIE = "session"  # of the application: here it is the user's id
LIMIT = 20_000_000  # bytes
PATIENCE = 30_000  # ms

# Sends a file with a form of the server, past the page's own check of the size.
SEND = """
async (size) => {
  const signed = await fetch("/picture-form", { method: "POST" });
  const { url, fields } = await signed.json();
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("Content-Type", "image/png");
  form.append("file", new File([new Uint8Array(size)], "large.png"));
  const answer = await fetch(url, { method: "POST", body: form });
  return [answer.status, await answer.text()];
}
"""
# Asks for the progress of an upload, for which the browser sends a preflight first.
SHOW_PROGRESS = """
(url) => new Promise((resolve) => {
  const request = new XMLHttpRequest();
  request.upload.onprogress = () => {};
  request.onload = () => resolve(request.status);
  request.onerror = () => resolve("refused");
  request.open("POST", url);
  request.send(new FormData());
})
"""


@dataclass
class Application:
    """The reader's application: a page, and the route that signs forms."""

    uploads: Uploads | None = None

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        """Answer a request."""
        if environ["PATH_INFO"] == "/picture-form":
            assert environ["REQUEST_METHOD"] == "POST"
            assert self.uploads
            user_id = SimpleCookie(environ["HTTP_COOKIE"])[COOKIE].value
            body = json.dumps(self.uploads.sign(user_id)).encode()
            content_type = "application/json"
        else:
            [page] = read_blocks("html")
            body = f"<!doctype html><title>Upload</title>{page}".encode()
            content_type = "text/html; charset=utf-8"
        length = str(len(body))
        start("200 OK", [("Content-Type", content_type), ("Content-Length", length)])
        return [body]


@dataclass(frozen=True, kw_only=True)
class Site:
    """
    The application at two addresses, with one bucket.

    Args:
        uploads: The deployed stack, and what signs for it.

        listed: An origin that the stack knows.

        unlisted: The same server by another name, which the stack does not know.
    """

    uploads: Uploads
    listed: str
    unlisted: str


Open = Callable[[str], Tab]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Serve the application, and deploy a stack for one of its origins."""
    application = Application()
    server = Server(application, 0)
    server.start()
    listed = f"http://localhost:{server.port}"
    try:
        with start_uploads(f"https://app.example.com,{listed}") as uploads:
            application.uploads = uploads
            unlisted = f"http://{HOST}:{server.port}"
            yield Site(uploads=uploads, listed=listed, unlisted=unlisted)
    finally:
        server.stop()


@pytest.fixture
def person(site: Site) -> User:
    """Create the user who is signed in."""
    return create_person(site.uploads.system.authgear, "Ada Lovelace")


@pytest.fixture
def open_site(browser: Browser, person: User) -> Iterator[Open]:
    """Open the page at an origin, signed in."""
    with browser.new_context() as context:

        def open_tab(origin: str) -> Tab:
            context.add_cookies([{"name": COOKIE, "value": person.id, "url": origin}])
            tab = context.new_page()
            tab.set_default_timeout(PATIENCE)
            tab.goto(origin)
            return tab

        yield open_tab


def choose(tab: Tab, name: str, content_type: str) -> None:
    """Choose a file on the page."""
    file = FilePayload(name=name, mimeType=content_type, buffer=PHOTO)
    tab.get_by_label("Profile picture").set_input_files(file)


def expect_status(tab: Tab, text: str) -> None:
    """Wait until the page says something."""
    expect(tab.get_by_role("status")).to_contain_text(text, timeout=PATIENCE)


def test_picture_is_uploaded_and_shown(
    site: Site, person: User, open_site: Open
) -> None:
    """Chosen on a page of a listed origin, it becomes the profile picture."""
    tab = open_site(site.listed)

    choose(tab, "me.png", "image/png")

    expect_status(tab, "Uploaded.")
    wait_until(lambda: person.picture_object_id is not None)
    system = site.uploads.system
    assert system.list_objects(person) == [f"pictures/{person.id}.jpg"]


def test_picture_of_a_type_unknown_to_the_browser_is_uploaded(
    site: Site, open_site: Open, tmp_path: Path
) -> None:
    """Not every browser knows the type of a HEIC file: then the page names it."""
    tab = open_site(site.listed)
    # Without a suffix no browser knows the type.
    picture = tmp_path / "picture"
    picture.write_bytes(PHOTO)

    tab.get_by_label("Profile picture").set_input_files(picture)

    expect_status(tab, "Uploaded.")


def test_origin_that_is_not_listed_is_refused(site: Site, open_site: Open) -> None:
    """The browser shows the answer to no other page, and the page says so."""
    tab = open_site(site.unlisted)
    said: list[str] = []
    tab.on("console", lambda it: said.append(it.text))

    choose(tab, "me.png", "image/png")

    expect_status(tab, "Failed to fetch")
    assert [it for it in said if "blocked by CORS policy" in it]


@pytest.mark.parametrize(("name", "answer"), [("listed", 403), ("unlisted", "refused")])
def test_page_may_show_the_progress_from_a_listed_origin(
    site: Site, open_site: Open, name: str, answer: object
) -> None:
    """The preflight is allowed there alone: S3 then refuses what is not signed."""
    tab = open_site(getattr(site, name))
    bucket = f"{site.uploads.system.aws.endpoint}/{site.uploads.system.bucket}"

    assert tab.evaluate(SHOW_PROGRESS, bucket) == answer


def test_large_file_is_refused_by_the_page(
    site: Site, person: User, open_site: Open, tmp_path: Path
) -> None:
    """It is not sent at all."""
    tab = open_site(site.listed)
    large = tmp_path / "large.png"
    large.write_bytes(bytes(LIMIT + 1))

    tab.get_by_label("Profile picture").set_input_files(large)

    expect_status(tab, "Choose a picture of at most 20 MB.")
    assert site.uploads.system.list_objects(person) == []


def test_large_file_is_refused_by_s3(site: Site, person: User, open_site: Open) -> None:
    """Without the page's check S3 refuses it, and the page can read why."""
    tab = open_site(site.listed)

    status, text = tab.evaluate(SEND, LIMIT + 1)

    assert status == 400
    assert "EntityTooLarge" in text
    assert site.uploads.system.list_objects(person) == []


def test_file_that_is_not_an_image_is_refused(
    site: Site, person: User, open_site: Open
) -> None:
    """S3 refuses the type, and the page says so."""
    tab = open_site(site.listed)

    choose(tab, "letter.txt", "text/plain")

    expect_status(tab, "Not uploaded: status 403.")
    assert site.uploads.system.list_objects(person) == []
