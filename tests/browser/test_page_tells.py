"""The page for people who do not see it, and its messages when something fails."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, expect
from playwright.sync_api import Page as Tab

from local.authgear import User
from local.page import Page
from local.paths import PICTURES
from local.sample_users import create_person
from local.system import LocalSystem
from tests.browser.card import drop, expect_told, name, press
from tests.browser.conftest import Open

PHOTO = (PICTURES / "coffee.png").read_bytes()
HIDE = """
(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}
"""


def test_each_outcome_is_read_out(card: Locator, tab: Tab, user: User) -> None:
    """Screen readers hear what is shown at a card, also if it is the same again."""
    text = f"{name(user)}: rejected: the content is none of"
    news = tab.get_by_role("log", name="News").get_by_text(text)

    drop(card, "face.jpg", b"no picture")
    expect(news).to_have_count(1)
    drop(card, "face.jpg", b"no picture either")

    expect(news).to_have_count(2)


def test_button_without_object_is_read_out(card: Locator, tab: Tab) -> None:
    """A button without effect explains it to those who do not see the page."""
    press(card, "Delete the object")

    news = tab.get_by_role("log", name="News")
    expect(news).to_contain_text("There is no object of this user")


def test_waiting_events_are_read_out_and_focus_goes_on(card: Locator, tab: Tab) -> None:
    """The button that empties the queue goes away; who pressed it is not lost."""
    switch = tab.get_by_role("switch", name="Authgear answers 502")
    switch.click()
    expect(switch).to_be_checked()
    drop(card, "a.png", PHOTO)
    news = tab.get_by_role("log", name="News")
    expect(news).to_contain_text("waits in the retry queue", timeout=60_000)
    switch.click()
    expect(switch).not_to_be_checked()

    tab.get_by_role("button", name="Deliver again now").press("Enter")

    expect_told(card, "synced")
    expect(tab.get_by_role("heading", name="The function's log")).to_be_focused()


def test_hidden_tab_catches_up(
    card: Locator, tab: Tab, user: User, system: LocalSystem
) -> None:
    """It closes its connection, and shows each line once when it is visible again."""
    lines = tab.locator(".line").filter(has_text=name(user))
    system.drop(f"pictures/{user.id}.jpg", b"no picture")
    expect(lines).to_have_count(1)

    tab.evaluate(HIDE, True)
    system.drop(f"pictures/{user.id}.jpg", b"no picture either")
    tab.wait_for_timeout(500)
    expect(lines).to_have_count(1)
    tab.evaluate(HIDE, False)

    expect(lines).to_have_count(2)
    expect_told(card, "rejected")


@pytest.mark.parametrize("path", ["users", "samples"])
def test_stopped_server_is_named(
    browser: Browser, page: Page, user: User, path: str
) -> None:
    """The message beside the button says that the system may have stopped."""
    with browser.new_page() as tab:
        tab.route(f"**/{path}/**", lambda route: route.abort())
        tab.goto(page.url)
        card = tab.get_by_role("article", name=name(user))
        card.locator(".samples summary").click()

        press(card, "A text named .jpg")

        expect_told(card, "is `make local` still running?")


def test_initial_is_a_whole_character(system: LocalSystem, open_page: Open) -> None:
    """A name may begin with more than one UTF-16 unit, and end on the right."""
    fox = create_person(system.authgear, "\N{FOX FACE} Fox")

    card = open_page().get_by_role("article", name=name(fox))

    expect(card.locator(".shown.round")).to_have_text("\N{FOX FACE}")
