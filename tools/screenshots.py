"""
Take the pictures of the local page in docs/ again, and the demo's contact sheet.

`make screenshots` runs it: the sample pictures are dropped on a fresh system, and the
page is photographed in the machine's own Chromium.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from local.__main__ import add_people
from local.page import Page as Served
from local.paths import ROOT
from local.system import LocalSystem
from tests.browser.chromium import HOW_TO_GET_ONE, find_chromium, launch

DOCS = ROOT / "docs"
DESKTOP, PHONE = (1360, 940), (360, 760)  # px


def main() -> None:
    """Take all pictures."""
    path = find_chromium()
    if path is None:
        sys.exit(HOW_TO_GET_ONE)
    with _page() as url, sync_playwright() as playwright:
        browser = launch(playwright, path)
        with browser:
            page = _open(browser, url, DESKTOP, "light")
            _play(page)
            _save(page, "page.png")
            for name, size, scheme in (
                ("page-dark.png", DESKTOP, "dark"),
                ("page-phone.png", PHONE, "light"),
            ):
                _save(_open(browser, url, size, scheme), name)
    sheet = DOCS / "contact-sheet.jpg"
    subprocess.run(  # noqa: S603 - a module of our own
        [sys.executable, "-m", "local.demo", "--sheet", str(sheet)],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    print(f"{sheet.relative_to(ROOT)}  {sheet.stat().st_size:,} bytes")


@contextmanager
def _page() -> Iterator[str]:
    """Run a system with a few people on it, and its page."""
    with LocalSystem.start() as system, Served.start(system) as page:
        add_people(system)
        yield page.url


def _open(browser: Browser, url: str, size: tuple[int, int], scheme: str) -> Page:
    """Open the page, and wait for its pictures."""
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page.goto(url)
    expect(page.locator(".line").first).to_be_visible()
    page.wait_for_load_state("load")
    page.wait_for_timeout(1000)
    return page


def _play(page: Page) -> None:
    """Let something good, something bad and a retry happen."""
    _take(page, "Grace Hopper", "Half a JPEG", "rejected")
    switch = page.get_by_role("switch", name="Authgear answers 502")
    switch.click()
    _take(page, "Ada Lovelace", "Coffee", "failed")
    switch.click()
    expect(_card(page, "Ada Lovelace")).to_contain_text("synced", timeout=60_000)
    page.get_by_role("switch", name="Slow").click()
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    page.wait_for_timeout(3000)


def _take(page: Page, user: str, sample: str, outcome: str) -> None:
    """Drop a sample on a user, and wait for the result."""
    card = _card(page, user)
    card.locator(".samples summary").click()
    card.get_by_role("button", name=sample).click()
    expect(card.locator(".told")).to_contain_text(outcome, timeout=60_000)
    card.locator(".samples summary").click()


def _card(page: Page, user: str) -> Locator:
    """Return a user's part of the page."""
    return page.get_by_role("article", name=user)


def _save(page: Page, name: str) -> None:
    """Photograph what is seen of the page."""
    path = DOCS / name
    with Image.open(BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
