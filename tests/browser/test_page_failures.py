"""Failures on the local page: attempts, the retry queue, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect
from playwright.sync_api import Page as Tab

from local.authgear import User
from local.paths import PICTURES
from local.system import LocalSystem
from tests.browser.card import drop, expect_told, name
from tests.browser.conftest import Open

PHOTO = (PICTURES / "coffee.png").read_bytes()
LONG = 180_000  # ms; three attempts, each in a new process
WATCH_BOX = """
() => {
  const box = document.getElementById("waiting");
  window.wasHidden = false;
  new MutationObserver(() => { window.wasHidden ||= box.hidden; })
    .observe(box, { attributes: true });
}
"""


@pytest.fixture
def outage(tab: Tab, system: LocalSystem) -> Iterator[Locator]:
    """Let Authgear answer 502; return the switch, which is off at the end."""
    switch = tab.get_by_role("switch", name="Authgear answers 502")
    switch.click()
    expect(switch).to_be_checked()
    yield switch
    if switch.get_attribute("aria-checked") == "true":
        switch.click()
        expect(switch).not_to_be_checked()
    system.deliver_failures()
    expect(tab.locator("#waiting")).to_be_hidden(timeout=LONG)


@pytest.mark.usefixtures("outage")
def test_failure_says_what_comes_next(card: Locator, tab: Tab, user: User) -> None:
    """The card counts the attempts, then says that the event waits in the queue."""
    news = tab.get_by_role("log", name="News")

    drop(card, "a.png", PHOTO)

    first = f"{name(user)}: Attempt 1 of 3, next in 0 s (in AWS, 1 minute)."
    expect(news).to_contain_text(first, timeout=LONG)
    waits = "Waits in the retry queue, which delivers it every 15 minutes for a day."
    expect(card.locator(".next")).to_have_text(waits, timeout=LONG)
    expect(card.locator(".next")).to_be_visible()
    expect_told(card, "Wait; if it persists")
    lines = tab.locator(".line").filter(has_text=name(user))
    expect(lines.filter(has_text="attempt 3 of 3")).to_have_count(1)


@pytest.mark.usefixtures("outage")
def test_delivery_during_an_outage_keeps_the_box(card: Locator, tab: Tab) -> None:
    """The box stays, says that an attempt is running, and the event waits again."""
    drop(card, "a.png", PHOTO)
    box = tab.locator("#waiting")
    expect(box).to_be_visible(timeout=LONG)
    expect(tab.locator(".line").first).to_contain_text("attempt 4", timeout=LONG)
    tab.evaluate(WATCH_BOX)

    tab.get_by_role("button", name="Deliver again now").click()

    expect(box).to_contain_text("Delivered again: the attempt is running.")
    line = tab.locator(".line").first
    expect(line).to_contain_text("attempt 5, from the retry queue", timeout=LONG)
    expect(box).not_to_contain_text("Delivered again")
    assert tab.evaluate("window.wasHidden") is False


@pytest.mark.usefixtures("outage")
def test_page_that_is_opened_later_shows_what_waits(
    card: Locator, tab: Tab, user: User, open_page: Open
) -> None:
    """The queue is read, not remembered."""
    drop(card, "a.png", PHOTO)
    expect(tab.locator(".line").first).to_contain_text("attempt 4", timeout=LONG)

    later = open_page().get_by_role("article", name=name(user))

    expect(later.locator(".next")).to_contain_text("Waits in the retry queue")
    expect(later.locator(".next")).to_be_visible()


def test_rate_limit_does_what_its_hint_says(card: Locator, tab: Tab) -> None:
    """The function waits for 10 seconds at most, then fails."""
    switch = tab.get_by_role("switch", name="Rate limit")
    switch.click()
    expect(switch).to_be_checked()

    drop(card, "a.png", PHOTO)

    expect_told(card, "authgear-rate-limited")
    expect(switch).to_contain_text("waits, for 10 seconds at most, then fails")
    switch.click()
    expect(switch).not_to_be_checked()
    expect_told(card, "synced")


def test_line_without_a_user_has_a_subject(tab: Tab) -> None:
    """The test event of the deployment is not about a user."""
    line = tab.locator(".line").filter(has_text="test-event")

    expect(line.locator("strong")).to_have_text("Test of the deployment")


def test_birthday_without_a_year_is_a_day(open_page: Open, system: LocalSystem) -> None:
    """OpenID Connect writes year 0000 where the year is unknown."""
    user = next(
        it
        for it in system.authgear.users
        if it.standard_attributes().get("birthdate") == "0000-02-29"
    )

    card = open_page().get_by_role("article", name=name(user)).first

    expect(card.locator(".who")).to_contain_text("29 February")
