"""Drops on the local page: several files, a link, and a drop beside the cards."""

from __future__ import annotations

from io import BytesIO

from PIL import Image
from playwright.sync_api import FilePayload, Locator, expect
from playwright.sync_api import Page as Tab

from local.authgear import User
from local.paths import PICTURES
from local.system import LocalSystem
from tests.browser.card import drop_all, drop_text, expect_told, name

PHOTO = (PICTURES / "coffee.png").read_bytes()
NO_PICTURE = b"I am not a picture.\n"


def test_files_are_taken_one_by_one(
    card: Locator, user: User, system: LocalSystem
) -> None:
    """Each file of a drop is sent after the result of the one before it."""
    files = {
        "1.png": PHOTO,
        "2.txt": NO_PICTURE,
        "3.png": encode("red"),
        "4.png": encode("blue"),
    }

    drop_all(card, files)

    queue = card.locator(".queue")
    expect(queue).to_contain_text("1 of 4 1.png")
    expect(queue).to_contain_text("3 of 4 3.png")
    expect(queue).to_be_hidden()
    keys = [f"pictures/{user.id}.{kind}" for kind in ("png", "txt", "png", "png")]
    mine = [it for it in system.history.records if user.id in it.get("key", "")]
    assert [it["key"] for it in mine] == keys
    assert [it["outcome"] for it in mine] == ["synced", "rejected", "synced", "synced"]
    expect(card.page.get_by_role("log", name="News")).to_contain_text("4 of 4 files")


def test_files_that_are_added_meanwhile_are_taken_too(
    card: Locator, user: User, system: LocalSystem
) -> None:
    """A second drop is added to the queue of the first one."""
    drop_all(card, {"1.png": PHOTO, "2.txt": NO_PICTURE})
    drop_all(card, {"3.png": encode("red")})

    expect(card.locator(".queue")).to_contain_text("of 3")
    expect(card.locator(".queue")).to_be_hidden()

    assert system.history.count(f"pictures/{user.id}.png") == 2


def test_file_that_is_not_sent_is_named(card: Locator, tab: Tab) -> None:
    """The other files are sent, and the card names the one that is missing."""
    problem = {"message": "There is no such bucket."}
    tab.route("**/sign", lambda route: route.fulfill(json=problem), times=1)

    drop_all(card, {"1.png": PHOTO, "2.png": PHOTO})

    expect_told(card, "1.png: There is no such bucket.")
    expect(card.get_by_role("img", name="Picture of")).to_be_visible()


def test_many_files_that_are_not_sent_are_counted(card: Locator, tab: Tab) -> None:
    """If S3 or the server stops, the card names three files, and counts the rest."""
    problem = {"message": "No answer."}
    tab.route("**/sign", lambda route: route.fulfill(json=problem))

    drop_all(card, {f"{number}.png": PHOTO for number in range(1, 31)})

    expect_told(card, "3.png: No answer")
    expect_told(card, "And 27 more.")
    expect(card.locator(".told")).not_to_contain_text("4.png")


def test_names_of_files_and_objects_are_only_text(
    card: Locator, user: User, system: LocalSystem
) -> None:
    """Markup in them appears as it is, in the card and in the log."""
    markup = "<img src=x onerror=document.title=1>"
    key = f"pictures/{user.id}.{markup}"

    system.drop(key, NO_PICTURE)
    expect(card.locator(".objects")).to_contain_text(markup)
    expect(card.page.locator("#lines pre").first).to_contain_text(markup)
    drop_all(card, {markup: b"", f"2{markup}": b""})

    expect(card.locator(".queue")).to_contain_text(f"2{markup}")
    expect(card).to_contain_text("The object has no bytes.")
    assert card.page.locator("[onerror]").count() == 0
    assert card.page.title() != "1"


def test_link_is_answered(card: Locator) -> None:
    """The card says what to do instead of dropping a link, or a text."""
    drop_text(card, "text/uri-list", "https://example.com/me.jpg")
    expect_told(card, "This is a link, not a file. Save the picture")

    drop_text(card, "text/plain", "me")

    expect_told(card, "This is not a file.")


def test_drop_beside_the_cards_is_answered(tab: Tab, card: Locator, user: User) -> None:
    """The page stays, and says where to drop the file; screen readers hear it."""
    text = "Nothing was sent. Drop the file on the card of a user."

    drop_all(tab.locator("header"), {"1.png": PHOTO})

    expect(tab.locator("#notice")).to_have_text(text)
    expect(tab.get_by_role("log", name="News")).to_contain_text(text)
    expect(card).to_contain_text(name(user))
    drop_text(tab.locator("header"), "text/uri-list", "https://example.com/me.jpg")
    expect(tab.locator("#notice")).to_contain_text("This is a link")


def test_several_files_are_chosen(card: Locator) -> None:
    """The dialog for files takes several as well."""
    files: list[FilePayload] = [
        {"name": "a.png", "mimeType": "", "buffer": PHOTO},
        {"name": "b.txt", "mimeType": "", "buffer": NO_PICTURE},
    ]

    card.locator("input[type=file]").set_input_files(files)

    expect(card.locator(".queue")).to_contain_text("2 of 2 b.txt")
    expect_told(card, "not-a-picture")


def encode(color: str) -> bytes:
    """Return a picture of one color."""
    file = BytesIO()
    Image.new("RGB", (300, 200), color).save(file, "PNG")
    return file.getvalue()
