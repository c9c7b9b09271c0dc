"""Another user's id in disguise never leads to that user."""

from __future__ import annotations

import base64
import unicodedata
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authgear import to_node_id
from tests.grid.stage import KEY, USER_ID, Stage, load_event, picture

NODE_ID = to_node_id(USER_ID)
LOOK_ALIKES = str.maketrans(
    {"0": "\N{FULLWIDTH DIGIT ZERO}", "4": "\N{CIRCLED DIGIT FOUR}"}
)
DISGUISES = [
    *(USER_ID.replace("8", "B").upper(), f"{{{USER_ID}}}", f"urn:uuid:{USER_ID}"),
    *(
        USER_ID.replace("-", ""),
        f" {USER_ID}",
        f"{USER_ID} ",
        f"{USER_ID}\N{NO-BREAK SPACE}",
    ),
    *(USER_ID.translate(LOOK_ALIKES), USER_ID.replace("-", "\N{NON-BREAKING HYPHEN}")),
    *(
        f"{USER_ID}\0",
        f"{USER_ID}%00",
        f"\0{USER_ID}",
        f"{USER_ID}\n",
        f"{USER_ID}\x85",
        quote(f"/{USER_ID}"),
    ),
    *(
        f"../{USER_ID}",
        f"x/../{USER_ID}",
        f"./{USER_ID}",
        f"/{USER_ID}",
        f"{USER_ID}/x",
    ),
    *(
        f"User:{USER_ID}",
        NODE_ID,
        NODE_ID + "=",
        base64.b64encode(USER_ID.encode()).decode(),
    ),
    *(f"{USER_ID}0", f"0{USER_ID}", USER_ID[:-1], f"{USER_ID}\N{ZERO WIDTH SPACE}"),
    *(
        "".join(f"%{ord(c):02x}" for c in USER_ID),
        unicodedata.normalize("NFD", f"{USER_ID}é"),
    ),
]
EDITS = st.lists(
    st.tuples(st.integers(0, len(USER_ID)), st.characters(exclude_categories=["Cs"])),
    min_size=1,
    max_size=3,
)


def run(user_part: str) -> Stage:
    """Put an object under a name beside the user's own, and have its event come in."""
    stage = Stage()
    key = KEY.replace(USER_ID, user_part)
    stage.s3.put(key, picture())
    event = load_event("s3-put")
    event["Records"][0]["s3"]["object"]["key"] = quote_plus(key)
    stage.invoke(event)
    return stage


def assert_untouched(stage: Stage) -> None:
    """Check that nothing was uploaded, not even the user's own object."""
    assert stage.authgear.images == {}
    assert stage.authgear.picture_of(USER_ID) is None
    assert stage.record["outcome"] in ("ignored", "rejected")


@pytest.mark.parametrize("disguise", DISGUISES, ids=ascii)
def test_disguise_reaches_nobody(disguise: str) -> None:
    """Case, look-alikes, blanks, NUL, paths, encodings: none names the user."""
    assert_untouched(run(disguise))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(EDITS, st.booleans())
def test_edited_id_reaches_nobody(edits: list[tuple[int, str]], insert: bool) -> None:
    """An id with any character added or replaced never names that user."""
    disguise = USER_ID
    for place, character in edits:
        disguise = disguise[:place] + character + disguise[place + (not insert) :]
    user, _, rest = disguise.partition(".")
    if user == USER_ID:  # what follows a full stop is the pattern's *
        assert rest or disguise == USER_ID
        return

    assert_untouched(run(disguise))


def test_true_id_reaches_its_user() -> None:
    """Without a disguise the picture is set: what fails above is the disguise."""
    assert run(USER_ID).authgear.picture_of(USER_ID)
