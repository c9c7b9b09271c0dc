"""The whole table of `decide`, as `docs/how-it-works.md` shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest

from local.paths import ROOT
from outcome import Reason
from settings import Overwrite
from storage.bucket import StoredObject
from sync.actions import (
    Action,
    End,
    Make,
    ReadMark,
    ReadTag,
    ReadUser,
    Remove,
    SetImage,
    Upload,
    WriteTag,
)
from sync.decide import Policy, decide
from sync.sync_tag import (
    REJECTIONS,
    SETTLED,
    SyncTag,
    fingerprint_kept,
    make_mark,
)
from sync.view import ObjectView, Shown, View

PAGE = (ROOT / "docs" / "how-it-works.md").read_text()
USER = "ada"
IMAGE = "0a7b1a83-31f1-4d3c-8a57-6f1d3f6f2f10"
OWN = "3d7b1a83-31f1-4d3c-8a57-6f1d3f6f2f13"
OTHER = "1b7b1a83-31f1-4d3c-8a57-6f1d3f6f2f11"
POLICY = Policy(image_settings=("now",), rejection_settings=("now",))
EXPECTED = POLICY.image_fingerprint(USER)
OLD = Policy(image_settings=("before",)).image_fingerprint(USER)


def stored(key: str = "ada.jpg", etag: str = "etag", size: int = 10) -> StoredObject:
    """Return an object."""
    return StoredObject(
        key=key, etag=etag, size=size, last_modified=datetime.fromtimestamp(0, UTC)
    )


ITEM = stored()
TAGS = {
    "none": None,
    "image, same settings": SyncTag("etag", IMAGE, EXPECTED),
    "image, same settings, pending": SyncTag("etag", IMAGE, EXPECTED, is_pending=True),
    "image, other settings": SyncTag("etag", IMAGE, OLD),
    "image, version 0.1": SyncTag("etag", IMAGE),
    "`kept`": SyncTag("etag", "kept", fingerprint_kept(OWN, USER)),
    "`denied-by-hook`": SyncTag("etag", "denied-by-hook", EXPECTED),
}
# The picture that Authgear shows, and the mark of its image.
SHOWN = {
    "shows nothing": (Shown(), ""),
    "shows the tag's image": (Shown(True, IMAGE), make_mark("etag", OLD)),
    "ours, of another object": (Shown(True, OTHER), make_mark("other", EXPECTED)),
    "ours, of this object": (Shown(True, OTHER), make_mark("etag", EXPECTED)),
    "the user's own": (Shown(True, OWN), ""),
    "ours": (Shown(True, OTHER), make_mark("gone", EXPECTED)),
}


def settle(
    view: View, policy: Policy, tag: SyncTag | None, shown: Shown, mark: str
) -> tuple[Action, list[type[Action]]]:
    """Look as far as `decide` asks; return what it then decides, and the looks."""
    looks: list[type[Action]] = []
    while True:
        action = decide(view, policy, USER)
        if isinstance(action, ReadTag):
            seen = [
                replace(it, tag=tag) if it.item == action.item else it
                for it in view.objects
            ]
            view = replace(view, objects=tuple(seen))
        elif isinstance(action, ReadUser):
            view = replace(view, shown=shown)
        elif isinstance(action, ReadMark):
            assert action.image_id == shown.image_id
            view = replace(view, mark=mark)
        elif isinstance(action, Make):
            view = replace(view, is_made=True)
        else:
            return action, looks
        assert type(action) not in looks, "it asks for the same twice"
        looks.append(type(action))


def name(action: Action) -> str:
    """Return an action as the table names it."""
    if isinstance(action, End):
        return action.reason.value
    if isinstance(action, WriteTag):
        return "write kept" if action.tag.result == Reason.KEPT else "write tag"
    names = {Upload: "upload", SetImage: "set", Remove: "remove"}
    return names[type(action)]


def read_table(after: str) -> Iterator[tuple[str, str, str]]:
    """Yield row, column and content of the cells of the table after a text."""
    text = PAGE.partition(after)[2].partition("\n\n")[2].partition("\n\n")[0]
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
    ]
    head, _, *rows = lines
    for row in rows:
        for column, cell in zip(head[1:], row[1:], strict=True):
            yield row[0], column, cell


CELLS = [
    pytest.param(overwrite, row, column, cell, id=f"{overwrite}-{row}-{column}")
    for overwrite in Overwrite
    for row, column, cell in read_table(f"With `OVERWRITE={overwrite}`:")
    if cell != "-"
]


def test_table_is_whole() -> None:
    """Each tag meets each picture in each policy."""
    possible = 3 * (len(TAGS) * 5 - 3)  # three tags name no image that could be shown

    assert len(CELLS) == possible


@pytest.mark.parametrize(("overwrite", "row", "column", "cell"), CELLS)
def test_decide(overwrite: Overwrite, row: str, column: str, cell: str) -> None:
    """Each cell of the page is what the code decides."""
    tag, (shown, mark) = TAGS[row], SHOWN[column]
    policy = replace(POLICY, overwrite=overwrite)

    action, _ = settle(View(objects=(ObjectView(ITEM),)), policy, tag, shown, mark)

    assert name(action) == cell
    if isinstance(action, SetImage):
        assert action == SetImage(ITEM, IMAGE)
    if isinstance(action, WriteTag):
        result = Reason.KEPT if cell == "write kept" else shown.image_id
        kept = fingerprint_kept(shown.image_id, USER)
        fingerprint = kept if cell == "write kept" else EXPECTED
        assert action == WriteTag(ITEM, SyncTag("etag", result, fingerprint))


@pytest.mark.parametrize(("overwrite", "row", "column", "cell"), CELLS)
@pytest.mark.parametrize("remove_on_delete", [True, False])
def test_removal_has_no_say_where_there_is_a_picture(
    overwrite: Overwrite, row: str, column: str, cell: str, remove_on_delete: bool
) -> None:
    """The setting is about users without pictures in the bucket."""
    policy = replace(POLICY, overwrite=overwrite, remove_on_delete=remove_on_delete)

    action, _ = settle(
        View(objects=(ObjectView(ITEM),)), policy, TAGS[row], *SHOWN[column]
    )

    assert name(action) == cell


LEFT = {
    "off": (False, ()),
    "on": (True, (ObjectView(stored("ada.txt"), None, Reason.NOT_A_PICTURE),)),
    "on, an archived object is left": (
        True,
        (ObjectView(stored(), None, Reason.ARCHIVED_OBJECT),),
    ),
}


@pytest.mark.parametrize(
    ("row", "column", "cell"), list(read_table("Without a usable object:"))
)
@pytest.mark.parametrize("overwrite", list(Overwrite))
def test_decide_without_a_usable_object(
    overwrite: Overwrite, row: str, column: str, cell: str
) -> None:
    """The same in each policy: only our own picture is ever removed."""
    removes, objects = LEFT[row]
    policy = replace(POLICY, overwrite=overwrite, remove_on_delete=removes)

    action, looks = settle(View(objects=objects), policy, None, *SHOWN[column])

    assert name(action) == cell
    if not removes:
        assert looks == []


@pytest.mark.parametrize(
    ("overwrite", "looks"),
    [
        (Overwrite.ALWAYS, [ReadTag, Make, ReadUser]),
        (Overwrite.KEEP_OWN, [ReadTag, ReadUser, Make]),
        (Overwrite.IF_EMPTY, [ReadTag, ReadUser, Make]),
    ],
)
def test_looks_for_a_new_object(
    overwrite: Overwrite, looks: list[type[Action]]
) -> None:
    """With `always` a bad file is found before Authgear is asked."""
    policy = replace(POLICY, overwrite=overwrite)

    _, made = settle(View(objects=(ObjectView(ITEM),)), policy, None, Shown(), "")

    assert made == looks


@pytest.mark.parametrize("overwrite", list(Overwrite))
def test_looks_for_an_object_in_sync(overwrite: Overwrite) -> None:
    """It takes the tag and one request to Authgear."""
    policy = replace(POLICY, overwrite=overwrite)
    tag = TAGS["image, same settings"]

    _, looks = settle(
        View(objects=(ObjectView(ITEM),)), policy, tag, Shown(True, IMAGE), ""
    )

    assert looks == [ReadTag, ReadUser]


@pytest.mark.parametrize("overwrite", list(Overwrite))
@pytest.mark.parametrize("shown", [Shown(True, OTHER), Shown(True)])
def test_image_of_this_run_is_never_the_users_own(
    overwrite: Overwrite, shown: Shown
) -> None:
    """An object overwritten during the update replaces what was set a moment ago."""
    policy = replace(POLICY, overwrite=overwrite)
    view = View(objects=(ObjectView(ITEM),), uploads=frozenset({OTHER}))

    action, _ = settle(view, policy, None, shown, "")

    replaces = shown.image_id == OTHER or overwrite is Overwrite.ALWAYS
    assert isinstance(action, Upload) is replaces


@pytest.mark.parametrize("reason", sorted(REJECTIONS))
@pytest.mark.parametrize("settings", ["now", "before"])
@pytest.mark.parametrize("again", [False, True])
def test_rejection_in_a_tag(reason: str, settings: str, again: bool) -> None:
    """It is believed while the limits are the same, and leaves the next older one."""
    fingerprint = Policy(rejection_settings=(settings,)).rejection_fingerprint
    older = stored("older.jpg", "older")
    objects = (
        ObjectView(ITEM, SyncTag("etag", reason, fingerprint)),
        ObjectView(older, None),
    )

    action = decide(View(objects=objects), replace(POLICY, again=again), USER)

    is_believed = settings == "now" and not again
    assert action == Make(older if is_believed else ITEM)


@pytest.mark.parametrize("size", [0, 20_000_001])
@pytest.mark.parametrize("row", ["none", "image, other settings", "`kept`"])
def test_size_decides_unless_it_was_a_picture(size: int, row: str) -> None:
    """A lower limit does not remove a picture that was accepted before."""
    item = stored(size=size)
    view = View(objects=(ObjectView(item, TAGS[row]),), shown=Shown())

    action = decide(view, POLICY, USER)

    was_a_picture = row == "image, other settings"
    assert isinstance(action, Make) is was_a_picture
    assert isinstance(action, End) is not was_a_picture


@pytest.mark.parametrize("limit", [9, 10])
def test_size_at_the_limit(limit: int) -> None:
    """An object of just the largest size is downloaded."""
    view = View(objects=(ObjectView(ITEM, None),))

    action = decide(view, replace(POLICY, max_bytes=limit), USER)

    assert isinstance(action, Make) is (limit == 10)


@pytest.mark.parametrize("reason", sorted(SETTLED.keys() - {"kept"}))
@pytest.mark.parametrize("overwrite", list(Overwrite))
@pytest.mark.parametrize("fingerprint", [EXPECTED, OLD], ids=["same", "other"])
@pytest.mark.parametrize("again", [False, True])
def test_settled_end(
    reason: str, overwrite: Overwrite, fingerprint: str, again: bool
) -> None:
    """It costs no request until the settings change, or the operator asks."""
    policy = replace(POLICY, overwrite=overwrite, again=again)
    tag = SyncTag("etag", reason, fingerprint)

    action, looks = settle(
        View(objects=(ObjectView(ITEM, tag),)), policy, tag, Shown(), ""
    )

    is_settled = fingerprint == EXPECTED and not again
    assert (action == End(SETTLED[reason], ITEM)) is is_settled
    assert (looks == []) is is_settled


@pytest.mark.parametrize("image_id", [OTHER, ""], ids=["image", "elsewhere"])
def test_kept_is_about_one_picture(image_id: str) -> None:
    """Another picture of the user's own is found out to be one, and noted."""
    policy = replace(POLICY, overwrite=Overwrite.KEEP_OWN)
    tag = SyncTag("etag", "kept", fingerprint_kept(OWN, USER))

    action, looks = settle(
        View(objects=(ObjectView(ITEM),)), policy, tag, Shown(True, image_id), ""
    )

    assert name(action) == "write kept"
    assert (ReadMark in looks) is bool(image_id)


@pytest.mark.parametrize("overwrite", list(Overwrite))
def test_tag_of_another_object_tells_that_a_picture_is_ours(
    overwrite: Overwrite,
) -> None:
    """Then the mark need not be read."""
    policy = replace(POLICY, overwrite=overwrite)
    older = ObjectView(stored("older.jpg", "older"), SyncTag("older", OTHER, EXPECTED))
    view = View(objects=(ObjectView(ITEM, None), older))

    action, looks = settle(view, policy, None, Shown(True, OTHER), "")

    assert isinstance(action, Upload) is (overwrite is not Overwrite.IF_EMPTY)
    assert ReadMark not in looks


@pytest.mark.parametrize(
    ("overwrite", "row", "column", "again"),
    list(product(Overwrite, TAGS, SHOWN, [False, True])),
)
def test_decide_always_comes_to_an_end(
    overwrite: Overwrite, row: str, column: str, again: bool
) -> None:
    """Applying what was decided, as if it worked, ends in an end after one action."""
    policy = replace(POLICY, overwrite=overwrite, again=again)
    tag, (shown, mark) = TAGS[row], SHOWN[column]
    uploads: set[str] = set()
    for _ in range(3):
        view = View(objects=(ObjectView(ITEM),), uploads=frozenset(uploads))
        action, _ = settle(view, policy, tag, shown, mark)
        if isinstance(action, End):
            return
        if isinstance(action, WriteTag):
            tag = action.tag
        elif isinstance(action, SetImage):
            shown, mark = Shown(True, action.image_id), make_mark("etag", EXPECTED)
        else:
            new = "2c7b1a83-31f1-4d3c-8a57-6f1d3f6f2f12"
            uploads.add(new)
            tag = SyncTag("etag", new, EXPECTED)
            shown, mark = Shown(True, new), make_mark("etag", EXPECTED)
    pytest.fail("it goes on and on")


def test_page_names_only_what_is_decided() -> None:
    """The tables of the page use the reasons' own codes."""
    cells = {cell for param in CELLS for cell in [param.values[3]]}
    codes = {reason.value for reason in Reason}

    assert cells - codes == {"upload", "set", "write tag", "write kept"}
    assert re.search(r"src/sync/decide\.py", PAGE)
