"""What one does to a user's card on the page."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from playwright.sync_api import Locator, expect

from local.authgear import User

PATIENCE = 30_000  # ms; generous, for a busy machine

DROP = """
(card, files) => {
  const dataTransfer = new DataTransfer();
  for (const [name, base64] of files) {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    dataTransfer.items.add(new File([bytes], name));
  }
  const how = { dataTransfer, bubbles: true, cancelable: true };
  for (const kind of ["dragover", "drop"])
    card.dispatchEvent(new DragEvent(kind, how));
}
"""


DROP_TEXT = """
(element, [type, text]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.setData(type, text);
  const how = { dataTransfer, bubbles: true, cancelable: true };
  element.dispatchEvent(new DragEvent("drop", how));
}
"""


def drop(card: Locator, name: str, data: bytes) -> None:
    """Drop a file on a user."""
    drop_all(card, {name: data})


def drop_all(card: Locator, files: Mapping[str, bytes]) -> None:
    """Drop several files at once, on a user or elsewhere."""
    card.evaluate(DROP, [[name, encode(data)] for name, data in files.items()])


def drop_text(element: Locator, kind: str, text: str) -> None:
    """Drop something that is not a file, such as a link."""
    element.evaluate(DROP_TEXT, [kind, text])


def encode(data: bytes) -> str:
    """Return bytes as a page's script takes them."""
    return base64.b64encode(data).decode()


def expect_told(card: Locator, text: str) -> None:
    """Wait until the user's card says something."""
    expect(card.locator(".told")).to_contain_text(text, timeout=PATIENCE)


def press(card: Locator, name: str) -> None:
    """Press a button of a user."""
    card.get_by_role("button", name=name).click()


def take_sample(card: Locator, name: str) -> None:
    """Drop one of the page's own files."""
    samples = card.locator(".samples")
    if samples.get_attribute("open") is None:
        samples.locator("summary").click()
    press(samples, name)


def name(user: User) -> str:
    """Return what the user is called."""
    return str(user.standard_attributes()["name"])
