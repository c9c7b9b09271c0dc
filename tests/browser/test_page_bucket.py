"""The local page lists the objects in the bucket, also those it did not upload."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Locator, expect
from playwright.sync_api import Page as Tab

from local.authgear import User
from local.paths import PICTURES
from local.system import LocalSystem
from tests.browser.card import drop, expect_told, name, press
from tests.browser.conftest import Open

PHOTO = (PICTURES / "coffee.png").read_bytes()
OLDER = (PICTURES / "chelsea.png").read_bytes()
NO_PICTURE = b"I am not a picture.\n"


def test_bucket_is_listed(card: Locator, user: User, system: LocalSystem) -> None:
    """Objects that the page did not send are listed, newest first, with results."""
    objects = card.locator(".objects li")
    expect(objects).to_have_text(["empty"])

    system.drop(f"pictures/{user.id}.png", PHOTO)
    time.sleep(1.1)  # S3 orders objects by the second
    system.drop(f"pictures/{user.id}.txt", NO_PICTURE)

    expect(objects).to_have_count(2)
    expect(objects.nth(0)).to_contain_text(".txt20 bytes")
    expect(objects.nth(0)).to_contain_text("not-a-picture")
    expect(objects.nth(1)).to_contain_text(".png0.5 MB")
    expect(objects.nth(1)).to_contain_text("shown")


def test_older_objects_are_counted(
    card: Locator, user: User, system: LocalSystem
) -> None:
    """The card does not grow with the number of objects."""
    for kind in ("a", "b", "c", "d", "e", "f"):
        system.put(f"pictures/{user.id}.{kind}", NO_PICTURE)

    objects = card.locator(".objects li")

    expect(objects).to_have_count(5)
    expect(objects.last).to_have_text("and 2 older")


def test_deleted_object_is_not_shown(
    card: Locator, user: User, system: LocalSystem
) -> None:
    """Authgear still shows the picture; the bucket is empty."""
    drop(card, "me.png", PHOTO)
    expect_told(card, "synced")
    expect(card.locator(".original img")).to_be_visible()

    press(card, "Delete the object")

    expect(card.locator(".objects li")).to_have_text(["empty"])
    expect(card.locator(".original")).to_have_text("deleted")
    assert user.picture_object_id


def test_original_is_known_without_the_log(
    user: User, system: LocalSystem, open_page: Open
) -> None:
    """The sync tag names the object of a picture that the log does not know."""
    system.drop(f"pictures/{user.id}.png", PHOTO)
    known = [it for it in system.history.records if it.get("user_id") == user.id]
    for record in known:
        system.history.records.remove(record)

    card = open_page().get_by_role("article", name=name(user))

    expect(card.locator(".original img")).to_have_js_property("naturalWidth", 480)
    expect(card.locator(".objects li")).to_contain_text("shown")


def test_missing_face_is_explained(
    user: User, system: LocalSystem, open_page: Open
) -> None:
    """A sentence says why the picture is not cut around a face, not a code."""
    settled = system.drop(f"pictures/{user.id}.png", PHOTO)
    record = next(it for it in system.history.records if it is settled.facts)
    record["crop_fallback"] = "rekognition-refused"

    card = open_page().get_by_role("article", name=name(user))

    sentence = "Rekognition refused the request: cut as with CropPosition=auto"
    expect(card.locator(".views")).to_contain_text(sentence)


def test_older_picture_that_comes_back_is_named(
    card: Locator, tab: Tab, user: User, system: LocalSystem
) -> None:
    """A bad file over a good one is rejected, and the card dates the other picture."""
    system.drop(f"pictures/{user.id}.jpg", OLDER)
    time.sleep(1.1)
    drop(card, "me.png", PHOTO)
    expect_told(card, "synced")

    drop(card, "me.png", NO_PICTURE)

    expect_told(card, "not-a-picture")
    back = re.compile(r"^The picture of \d+ \w+, \d\d:\d\d:\d\d is back\.$")
    expect(card.locator(".next")).to_have_text(back)
    expect(card.locator(".told .chip")).to_have_text("rejected")
    line = tab.locator(".line").first
    expect(line).to_contain_text("Authgear shows the picture of an older object")


def test_code_and_sentence_are_apart(card: Locator, tab: Tab) -> None:
    """Outcome, reason code and sentence are elements of their own."""
    drop(card, "me.jpg", NO_PICTURE)
    expect_told(card, "rejected")

    for place in (card.locator(".told"), tab.locator(".line").first):
        expect(place.locator(".chip")).to_have_text("rejected")
        expect(place.locator("code.reason")).to_have_text("not-a-picture")
        expect(place.locator(".sentence")).to_contain_text("The content is none of")


def test_size_is_in_megabytes(card: Locator) -> None:
    """A file that is too large is rejected with its size, the limit and the setting."""
    drop(card, "me.png", bytes(20_500_000))

    expect_told(card, "The object is 20.5 MB; 20 MB are allowed (MAX_INPUT_BYTES).")
    expect(card.locator(".objects li")).to_contain_text(".png20.5 MB")
    expect(card.locator(".objects li")).to_contain_text("too-many-bytes")
