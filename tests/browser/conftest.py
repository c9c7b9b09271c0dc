"""A browser, the system with its page, and a user for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect, sync_playwright
from playwright.sync_api import Page as Tab

from local.authgear import User
from local.page import Page
from local.sample_users import create_person
from local.system import LocalSystem
from tests.browser.card import PATIENCE
from tests.browser.chromium import HOW_TO_GET_ONE, find_chromium, launch

Open = Callable[..., Tab]

expect.set_options(timeout=PATIENCE)


def pytest_sessionstart() -> None:
    """Say at once that there is no browser, and how to get one."""
    if find_chromium() is None:
        pytest.exit(HOW_TO_GET_ONE, returncode=1)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Run the machine's Chromium."""
    path = find_chromium()
    assert path
    with sync_playwright() as playwright, launch(playwright, path) as browser:
        yield browser


@pytest.fixture(scope="session")
def system() -> Iterator[LocalSystem]:
    """Run a system whose function tries again at once."""
    with LocalSystem.start(retry_delay=0) as system:
        yield system


@pytest.fixture(scope="session")
def page(system: LocalSystem) -> Iterator[Page]:
    """Serve the page."""
    with Page.start(system) as page:
        yield page


@pytest.fixture
def user(system: LocalSystem) -> User:
    """Create a user with a name of their own."""
    number = len(system.authgear.users) + 1
    return create_person(system.authgear, f"Ada Number{number}")


@pytest.fixture
def open_page(browser: Browser, page: Page) -> Iterator[Open]:
    """Open the page in tabs of its own; nothing may be written to their consoles."""
    contexts, complaints = [], []

    def open_tab(*, width: int = 1280, scheme: str = "light") -> Tab:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        contexts.append(context)
        tab = context.new_page()
        tab.set_default_timeout(15_000)
        tab.on("console", lambda it: complaints.append(it.text))
        tab.on("pageerror", lambda it: complaints.append(str(it)))
        tab.goto(page.url)
        tab.locator(".card").first.wait_for()
        return tab

    yield open_tab
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def tab(user: User, open_page: Open) -> Tab:
    """Open the page for a user who is there already."""
    return open_page()


@pytest.fixture
def card(tab: Tab, user: User) -> Locator:
    """Return the part of the page that is about the user."""
    return tab.get_by_role("article", name=user.standard_attributes()["name"])
