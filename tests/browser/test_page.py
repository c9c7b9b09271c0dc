"""The local page in a real browser: what one does on it, and sees."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

from playwright.sync_api import Locator, expect
from playwright.sync_api import Page as Tab

from local.authgear import User
from local.demo.checks import attributes
from local.demo.contact_sheet import fetch_picture
from local.paths import PICTURES
from local.system import LocalSystem
from tests.browser.card import drop, expect_told, name, press, take_sample
from tests.e2e.waiting import wait_until

PHOTO = (PICTURES / "coffee.png").read_bytes()
NO_PICTURE = b"I am not a picture.\n"


def test_dropped_picture_becomes_the_users(
    card: Locator, user: User, system: LocalSystem
) -> None:
    """The picture changes, with the frame that it was cut from, and nothing else."""
    before = attributes(user)

    drop(card, "Me at work.PNG", PHOTO)

    expect_told(card, "synced")
    picture = card.get_by_role("img", name="Picture of")
    expect(picture).to_have_js_property("naturalWidth", 240)
    expect(card.locator(".original img")).to_have_js_property("naturalWidth", 480)
    expect(card.locator(".original .frame")).to_be_visible()
    expect(card).to_contain_text("600 \u00d7 400 PNG")
    expect(card).to_contain_text("Only picture changed; 18 others as before")
    expect(card.locator(".who")).to_contain_text(str(before["standard"]["email"]))
    assert attributes(user) == before
    assert system.history.count(f"pictures/{user.id}.png") == 1


def test_change_of_another_attribute_is_shown(
    card: Locator, user: User, system: LocalSystem
) -> None:
    """The page compares, and does not just say so."""
    stored = {**user.record.standard_attributes, "nickname": "Countess"}

    system.authgear.users.commit(
        {user.id: replace(user.record, standard_attributes=stored)}
    )

    expect(card).to_contain_text("Also changed: nickname")


def test_rejected_file_is_explained(card: Locator, user: User) -> None:
    """A text named .jpg is reported at the user and in the log, and changes nothing."""
    drop(card, "face.jpg", NO_PICTURE)

    expect_told(card, "The content is none of JPEG, PNG")
    line = card.page.locator(".line").filter(has_text="not-a-picture").first
    expect(line).to_contain_text("rejected")
    assert user.picture_object_id is None


def test_events_out_of_order_end_with_the_newest(
    card: Locator, user: User, system: LocalSystem
) -> None:
    """Two overwrites whose events come in reverse: the newest bytes are shown."""
    key = f"pictures/{user.id}.png"
    drop(card, "a.png", PHOTO)
    expect_told(card, "synced")
    first = pixels(user)

    press(card, "Events out of order")

    system.wait_for(key, count=4)
    assert pixels(user) == first
    expect(card.page.locator(".line").filter(has_text=name(user))).to_have_count(4)


def test_authgear_recovers(card: Locator, tab: Tab, user: User) -> None:
    """While Authgear answers 502 it fails and waits; after that it is delivered."""
    switch = tab.get_by_role("switch", name="Authgear answers 502")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")

    drop(card, "a.png", PHOTO)
    waiting = tab.locator("#waiting")
    expect(waiting).to_contain_text("waits in the retry queue", timeout=60_000)
    expect_told(card, "failed")
    line = tab.locator(".line").first
    expect(line).to_contain_text("attempt 4", timeout=60_000)
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    tab.get_by_role("button", name="Deliver again now").click()

    expect_told(card, "synced")
    expect(tab.locator("#waiting")).to_be_hidden()
    assert user.picture_object_id


def test_same_event_and_deleted_object(
    card: Locator, user: User, system: LocalSystem
) -> None:
    """The same event changes nothing; without its object the picture stays."""
    take_sample(card, "Rocket")
    expect_told(card, "synced")
    image_id = user.picture_object_id

    press(card, "Same event again")
    expect_told(card, "unchanged")
    press(card, "Delete the object")
    wait_until(lambda: not system.list_objects(user))
    press(card, "Delete the object")
    expect_told(card, "There is no object")

    assert user.picture_object_id == image_id


def test_log_is_filtered(card: Locator, tab: Tab, user: User) -> None:
    """By user and outcome; what fits neither is said to be nothing."""
    take_sample(card, "Half a JPEG")
    expect_told(card, "rejected")
    lines = tab.locator(".line:visible")

    tab.get_by_label("User").select_option(name(user))
    expect(lines).to_have_count(1)
    expect(lines.first).to_contain_text("broken-picture")
    tab.get_by_label("Outcome").select_option("synced")

    expect(lines).to_have_count(0)
    expect(tab.get_by_text("No line fits the filters.")).to_be_visible()


def test_time_line_names_the_steps(card: Locator, tab: Tab) -> None:
    """Each step of a run has its time, and all have their sum."""
    take_sample(card, "Cat")
    expect_told(card, "synced")

    steps = tab.locator(".line").first.locator(".steps")

    for step in ("list", "download", "picture", "upload", "update", "in all"):
        expect(steps).to_contain_text(f"{step} ")


def test_keyboard_is_enough(card: Locator, tab: Tab, user: User) -> None:
    """A file is chosen, a sample taken and a switch turned without a mouse."""
    # With this listener the browser intercepts file choosers from now on; without it,
    # the key may come before the next line's listener.
    tab.on("filechooser", lambda _: None)
    card.locator(".drop input").focus()
    with tab.expect_file_chooser() as chooser:
        tab.keyboard.press("Enter")
    chooser.value.set_files({"name": "a.png", "mimeType": "", "buffer": PHOTO})
    expect_told(card, "synced")
    image_id = user.picture_object_id

    for key in ("Tab", "Enter", "Tab", "Enter"):
        tab.keyboard.press(key)
    expect(card).to_contain_text("512 \u00d7 512 PNG")
    tab.get_by_role("switch", name="Slow").focus()
    tab.keyboard.press("Space")
    expect(tab.get_by_role("switch", name="Slow")).to_be_checked()
    tab.keyboard.press("Space")

    expect(tab.get_by_role("switch", name="Slow")).not_to_be_checked()
    assert user.picture_object_id != image_id


def test_focus_stays_when_the_picture_changes(card: Locator, tab: Tab) -> None:
    """News do not take the place of who works with the keyboard."""
    take_sample(card, "Coffee")
    expect_told(card, "synced")

    focused = tab.evaluate("document.activeElement.textContent")

    assert focused == "Coffee"


def pixels(user: User) -> bytes:
    """Return the picture that Authgear shows, pixel by pixel."""
    picture = fetch_picture(user)
    assert picture is not None
    file = BytesIO()
    picture.save(file, "BMP")
    return file.getvalue()
