"""The machine's own Chromium, for Playwright to drive."""

from __future__ import annotations

import os
import shutil

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
HOW_TO_GET_ONE = (
    "There is no Chromium here. On Debian and Ubuntu: apt-get install chromium; on "
    "macOS: brew install --cask chromium. CHROMIUM=/path/to/it names one elsewhere."
)
OPTIONS = (
    "--no-sandbox",  # it opens only our own page, often as root in a container
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def find_chromium() -> str | None:
    """Return the path of a browser, `None` if none is installed."""
    named = os.environ.get("CHROMIUM", "")
    found = (shutil.which(it) for it in (named, *NAMES, *PLACES) if it)
    return next((it for it in found if it), None)


def launch(playwright: Playwright, path: str) -> Browser:
    """Start a browser without a window; leave its `with` block to end it."""
    return playwright.chromium.launch(executable_path=path, args=list(OPTIONS))
