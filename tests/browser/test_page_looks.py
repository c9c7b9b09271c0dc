"""The local page for everybody: rules of accessibility, dark mode, a phone."""

from __future__ import annotations

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from local.authgear import User
from local.paths import PICTURES
from local.system import LocalSystem
from tests.browser.conftest import Open

FAILED = {
    "timestamp": "2026-01-01 00:00:00,000+0000",
    "outcome": "failed",
    "reason": "authgear-timeout",
    "detail": "Late.",
    "total_ms": 1,
}
PHOTO = (PICTURES / "coffee.png").read_bytes()


@pytest.fixture
def shown(system: LocalSystem, user: User) -> str:
    """Let there be a picture, a rejected file and a failure; return the user's name."""
    system.drop(f"pictures/{user.id}.png", PHOTO)
    system.drop(f"pictures/{user.id}.txt", b"no picture")
    return str(user.standard_attributes()["name"])


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    open_page: Open, shown: str, scheme: str, width: int
) -> None:
    """Names, roles, contrast and order are as assistive technology needs them."""
    tab = open_page(width=width, scheme=scheme)
    card = tab.get_by_role("article", name=shown)
    for summary in card.locator("summary").all():
        summary.click()
    tab.locator(".line summary").first.click()
    tab.get_by_role("switch", name="Slow").click()
    expect(tab.get_by_role("switch", name="Slow")).to_be_checked()

    found = Axe().run(tab)

    tab.get_by_role("switch", name="Slow").click()
    expect(tab.get_by_role("switch", name="Slow")).not_to_be_checked()
    assert found.violations_count == 0, found.generate_report()


def test_phone_does_not_scroll_sideways(open_page: Open, shown: str) -> None:
    """At 360 px all is to be seen, with everything unfolded."""
    tab = open_page(width=360)
    for summary in tab.locator("summary").all():
        summary.click()

    width = tab.evaluate("document.documentElement.scrollWidth")

    card = tab.get_by_role("article", name=shown)
    card.scroll_into_view_if_needed()
    assert width <= 360
    assert is_within(card, 360)


def test_phone_shows_failures_and_log_soon(
    open_page: Open, shown: str, system: LocalSystem
) -> None:
    """Users are a row to swipe, and the log scrolls by itself: the page is short."""
    tab = open_page(width=360)
    for number in range(40):
        system.history.note([json.dumps(FAILED | {"key": f"{number}"})])
    system.authgear.changes.announce()
    expect(tab.locator(".line").nth(40)).to_be_attached()

    height = tab.evaluate("document.documentElement.scrollHeight")

    assert height <= 2_400  # three screens of 800 px
    for place in ("#faults-title", "#log-title"):
        box = tab.locator(place).bounding_box()
        assert box is not None
        assert box["y"] <= 1_300
    assert is_scrolled(tab.locator("#lines"))
    assert shown


def test_log_does_not_make_the_page_longer(open_page: Open, shown: str) -> None:
    """On a wide screen, the log is as high as the window."""
    box = open_page().locator("aside").bounding_box()

    assert shown
    assert box is not None
    assert box["height"] <= 800


def test_scheme_is_followed(open_page: Open, shown: str) -> None:
    """A browser that prefers dark pages gets one."""
    colours = [
        open_page(scheme=scheme).evaluate("getComputedStyle(document.body).color")
        for scheme in ("light", "dark")
    ]

    assert colours[0] != colours[1]


def is_scrolled(element: Locator) -> bool:
    """Tell whether an element has more content than it shows."""
    more: bool = element.evaluate("it => it.scrollHeight > it.clientHeight")
    return more


def is_within(element: Locator, width: int) -> bool:
    """Tell whether an element is as wide as the screen at most."""
    box = element.bounding_box()
    return box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width
