"""The local page in Firefox and in WebKit: the main walk."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.authgear import User
from local.page import Page
from local.paths import PICTURES
from tests.browser.card import DROP, encode, name
from tests.browser.webdriver import Window

PHOTO = (PICTURES / "coffee.png").read_bytes()
PATIENCE = 20.0  # seconds

CARD = """
return [...document.querySelectorAll("article")].find(
  (it) => it.querySelector("h3").textContent === arguments[0]) ?? null
"""
TOLD = 'return arguments[0].querySelector(".told").textContent'
WIDTH = 'return arguments[0].querySelector(".round img")?.naturalWidth'
CHANGED = 'return arguments[0].querySelector(".attributes summary").textContent'
INPUT = 'return arguments[0].querySelector("input[type=file]")'


def find_firefox() -> tuple[str, dict[str, object]]:
    """Return the driver of the machine's Firefox, and its options."""
    driver = shutil.which("geckodriver")
    program = shutil.which("firefox") or shutil.which("firefox-esr")
    if not (driver and program):
        pytest.skip(
            "no Firefox: apt-get install firefox-esr, cargo install geckodriver"
        )
    options = {"binary": program, "args": ["-headless"]}
    return driver, {"moz:firefoxOptions": options}


def find_webkit() -> tuple[str, dict[str, object]]:
    """Return the driver of WebKitGTK's small browser, which needs a screen."""
    driver = shutil.which("WebKitWebDriver")
    program = next(Path("/usr/lib").glob("*/webkit2gtk-*/MiniBrowser"), None)
    if not (driver and program):
        pytest.skip("no WebKit: apt-get install webkit2gtk-driver")
    if not os.environ.get("DISPLAY"):
        pytest.skip("no screen for WebKit: xvfb-run make test-browser")
    options = {"binary": str(program), "args": ["--automation"]}
    return driver, {"webkitgtk:browserOptions": options}


@pytest.fixture(params=[find_firefox, find_webkit], ids=["firefox", "webkit"])
def window(request: pytest.FixtureRequest) -> Iterator[Window]:
    """Open a window of each browser that there is."""
    driver, capabilities = request.param()
    with Window.open(driver, capabilities) as window:
        yield window


def test_picture_is_taken_and_a_bad_file_explained(
    window: Window, page: Page, user: User, tmp_path: Path
) -> None:
    """A dropped picture is shown as it changes; a chosen text is reported."""
    text = tmp_path / "me.png"
    text.write_text("I am not a picture.\n")
    window.go_to(page.url)
    card = wait(lambda: window.run(CARD, name(user)))

    window.run(f"({DROP})(...arguments)", card, [["me.png", encode(PHOTO)]])

    wait(lambda: window.run(TOLD, card).startswith("synced"))
    wait(lambda: window.run(WIDTH, card) == 240)
    assert window.run(CHANGED, card) == "Only picture changed; 18 others as before"
    shown = user.picture_object_id
    window.choose(window.run(INPUT, card), text)
    wait(lambda: "The content is none of JPEG" in window.run(TOLD, card))
    assert user.picture_object_id == shown


def wait(look: Callable[[], object]) -> object:
    """Return what is there once it is there."""
    end = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)
    return found
