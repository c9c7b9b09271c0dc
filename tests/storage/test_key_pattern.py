"""Which user a key names: in one spelling, and never another."""

from __future__ import annotations

import base64
import time
import unicodedata
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authgear import to_node_id
from outcome import Reason
from storage.key_pattern import PLACEHOLDERS, KeyIgnored, KeyPattern

ID = "0a1b2c3d-4e5f-4678-9abc-def012345678"
NODE_ID = to_node_id(ID)
OTHER_SPELLING = Reason.KEY_SPELLED_OTHERWISE
OUTSIDE = Reason.KEY_OUTSIDE_PATTERN
FULL_WIDTH = {ord(char): ord(char) + 0xFEE0 for char in "0123456789abcdef-"}

IDS = st.uuids().map(str)
TEXTS = st.text("ab.-*/{}\u00e9 ", max_size=6)
# Only patterns that can be parsed: filtering the others out would leave too few.
PLAIN = st.sampled_from("ab.-\u00e9 ")
HEADS = st.just("") | st.builds(str.__add__, PLAIN, st.text("ab.-/\u00e9 ", max_size=5))
TAILS = st.just("") | st.from_regex(
    r"\A([ab.-]|[ab./-][ab.*/\u00e9 -]{0,4}[ab.*\u00e9 -])\Z"
)
PATTERNS = st.builds(
    "{}{{{}}}{}".format, HEADS, st.sampled_from(PLACEHOLDERS), TAILS
).map(KeyPattern.parse)


def ignored(pattern: str, key: str) -> KeyIgnored:
    """Return why a key names nobody."""
    with pytest.raises(KeyIgnored) as caught:
        KeyPattern.parse(pattern).user_text(key)
    assert str(caught.value) == caught.value.detail
    return caught.value


@pytest.mark.parametrize(
    "pattern",
    [
        "{user_id}",
        "pictures/{user_id}.*",
        "pictures/{user_id}/*",
        "{node_id}/picture.jpg",
        "p-{email}.jpg",
        "{username}/*.old/*.jpg",
        "(p|q)+[^/]\\d/{phone}.*",
        "{user_id}" + "p" * (1024 - 9),
    ],
)
def test_parse(pattern: str) -> None:
    """A pattern reads as it was written."""
    assert str(KeyPattern.parse(pattern)) == pattern


def test_parse_parts() -> None:
    """A pattern has a head, a placeholder and a tail."""
    assert KeyPattern.parse("a/{email}.*") == KeyPattern("a/", "email", ".*")


@pytest.mark.parametrize(
    "pattern",
    [
        *("", "pictures/*", "{}", "{name}", "{user_id}{email}", "{{user_id}}", "}"),
        *("{user_id", "{USER_ID}", "{ user_id }", "{user_id}/{user_id}", "a}{user_id}"),
    ],
)
def test_parse_placeholder(pattern: str) -> None:
    """A pattern has exactly one placeholder, one that is known."""
    with pytest.raises(ValueError, match=r"^must") as caught:
        KeyPattern.parse(pattern)

    names = "{user_id}, {node_id}, {email}, {username}, {phone}"
    assert str(caught.value) == f"must hold exactly one of {names}"


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("*/{user_id}", "may have * only after the placeholder: S3 lists by prefix"),
        ("{user_id}*", "must have a separator between the placeholder and *"),
        ("/{user_id}", "must not start with / nor be over 1024 bytes"),
        ("{user_id}" + "p" * 1016, "must not start with / nor be over 1024 bytes"),
        ("{user_id}" + "\u00e9" * 508, "must not start with / nor be over 1024 bytes"),
        ("{user_id}/", "must not end with /: keys that do are folders, not pictures"),
    ],
    ids=["star-in-head", "no-separator", "slash", "long", "long-in-bytes", "folder"],
)
def test_parse_refused(pattern: str, problem: str) -> None:
    """A pattern without a prefix to list by, or that fits no key, is refused."""
    with pytest.raises(ValueError, match=r"^m") as caught:
        KeyPattern.parse(pattern)

    assert str(caught.value) == problem


@pytest.mark.parametrize(
    ("pattern", "key", "text"),
    [
        ("pictures/{user_id}.*", f"pictures/{ID}.jpg", ID),
        ("pictures/{user_id}.*", f"pictures/{ID}.", ID),
        ("pictures/{user_id}.*", f"pictures/{ID}.old.png", ID),
        ("pictures/{user_id}.*", f"pictures/{ID}.a/b", ID),
        ("pictures/{user_id}.*", f"pictures/{ID}.a\nb", ID),
        ("pictures/{user_id}/*", f"pictures/{ID}/{uuid.UUID(int=7)}/a.jpg", ID),
        ("pictures/{user_id}-*", f"pictures/{ID}-a", ID),
        ("{user_id}", ID, ID),
        ("{user_id}/*/x*.jpg", f"{ID}/x/x/xx.jpg", ID),
        ("{user_id}/*a*b*c", f"{ID}/xaxbbxc", ID),
        ("{user_id}/*a**c", f"{ID}/ac", ID),
        ("{node_id}.*", f"{NODE_ID}.jpg", NODE_ID),
        ("{node_id}", NODE_ID, NODE_ID),
        ("{email}.jpg", "ada@example.com.jpg", "ada@example.com"),
        ("{email}.*", "ada@example.com.jpg", "ada@example.com"),
        ("{username}/*", "ada/b/c.jpg", "ada"),
        ("{username}.*", "ada.b.jpg", "ada.b"),
        ("{username}", "..", ".."),
        ("{phone}.jpg", "+85298765432.jpg", "+85298765432"),
        ("a.b/{username}", "a.b/\u00e9", "\u00e9"),
        ("a.b/{username}", "a.b/e\u0301", "e\u0301"),
    ],
)
def test_user_text(pattern: str, key: str, text: str) -> None:
    """An id ends at the first place where it can, a name with dots at the last."""
    assert KeyPattern.parse(pattern).user_text(key) == text


@pytest.mark.parametrize(
    "text",
    [
        ID.upper(),
        ID.replace("a", "A", 1),
        ID.replace("-", ""),
        f"{{{ID}}}",
        f"urn:uuid:{ID}",
        f" {ID}",
        f"{ID}\n",
        ID.translate(FULL_WIDTH),
        ID.replace("1", "\N{FULLWIDTH DIGIT ONE}"),
        ID.replace("1", "\N{SUPERSCRIPT ONE}"),
        ID.replace("b", "\N{MATHEMATICAL BOLD SMALL B}"),
    ],
)
def test_user_id_spelled_otherwise(text: str) -> None:
    """Another spelling of an id is not accepted, and the right one is named."""
    error = ignored("pictures/{user_id}/*", f"pictures/{text}/a.jpg")

    assert error.reason is OTHER_SPELLING
    assert error.detail == f"the key must spell the user id as Authgear does: {ID}"


@pytest.mark.parametrize(
    "text",
    [
        ID[:-1],
        f"{ID}0",
        f"{ID}.",
        f"{ID}%00",
        f"{ID}\0",
        f"{ID}%2e",
        f"..{ID}",
        f"{ID}\u200b",
        ID.replace("a", "\N{CYRILLIC SMALL LETTER A}"),
        ID.replace("-", "\N{EN DASH}"),
        ID.replace("1", "l"),
        NODE_ID,
        "ada",
    ],
)
def test_user_id_none(text: str) -> None:
    """Text that only looks like an id is not taken for one."""
    error = ignored("pictures/{user_id}/*", f"pictures/{text}/a.jpg")

    assert (error.reason, error.detail) == (OUTSIDE, "the key holds no user id")


@pytest.mark.parametrize(
    "text",
    [
        f"{NODE_ID}=",
        f"{NODE_ID}==",
        f" {NODE_ID}",
        f"{NODE_ID}\n",
        NODE_ID.lower(),
        NODE_ID[:-1],
        f"{NODE_ID[:8]}\n{NODE_ID[8:]}",
        f"{NODE_ID[:8]}!{NODE_ID[8:]}",
        NODE_ID.translate(FULL_WIDTH),
        ID,
        to_node_id(ID.upper()),
        to_node_id(f"{ID} "),
        base64.urlsafe_b64encode(f"Session:{ID}".encode()).decode().rstrip("="),
        base64.urlsafe_b64encode(f"user:{ID}".encode()).decode().rstrip("="),
        base64.urlsafe_b64encode(b"User:\xff\xfe").decode().rstrip("="),
        "ada",
    ],
)
def test_node_id_spelled_otherwise(text: str) -> None:
    """A node id is a user's, unpadded, in the one alphabet, with nothing around it."""
    error = ignored("pictures/{node_id}/*", f"pictures/{text}/a.jpg")

    assert error.reason is OUTSIDE
    assert error.detail == (
        "the node id is not a user's, or not spelled as Authgear prints it"
    )


@pytest.mark.parametrize("placeholder", ["email", "username", "phone"])
@pytest.mark.parametrize(
    "text",
    [
        *(" ada", "ada ", "ada\n", "\u00a0ada", "a\0a", "a\tb"),
        *("a\u200bb", "a\u202eb", "\ud800"),
    ],
    ids=ascii,
)
def test_name_with_blanks(placeholder: str, text: str) -> None:
    """A name has no blank around it and no character that cannot be seen."""
    error = ignored(f"p/{{{placeholder}}}.jpg", f"p/{text}.jpg")

    assert (error.reason, error.detail) == (
        OUTSIDE,
        "the user's name in the key has blanks around it, or no glyph",
    )


@pytest.mark.parametrize(
    "key",
    [
        *(f"other/{ID}.jpg", f"Pictures/{ID}.jpg", f"pictures/{ID}", "pictures/.jpg"),
        *(f"/pictures/{ID}.jpg", f"pictures/../pictures/{ID}.jpg", f"pictures/{ID}/a"),
        *(f"x\npictures/{ID}.jpg", f"pictures/a/{ID}.jpg", ""),
    ],
)
def test_key_outside_pattern(key: str) -> None:
    """A key fits as a whole or not at all; the user's part has no slash."""
    error = ignored("pictures/{user_id}.*", key)

    assert error.reason is OUTSIDE
    assert "pictures/{user_id}.*" in error.detail or "no user id" in error.detail


def test_pattern_text_is_literal() -> None:
    """Only the star has a special meaning."""
    error = ignored("p.+/{username}.jpg", "pxx/ada.jpg")

    assert (error.reason, error.detail) == (
        OUTSIDE,
        "the key does not fit p.+/{username}.jpg",
    )
    assert ignored("p/{username}.jpg", "p/ada-jpg").reason is OUTSIDE


@pytest.mark.parametrize("key", ["pictures/", f"pictures/{ID}.a/", "/", "other/"])
def test_folder_marker(key: str) -> None:
    """A key that ends with a slash is a folder's, wherever it is."""
    error = ignored("pictures/{user_id}.*", key)

    assert (error.reason, error.detail) == (
        Reason.FOLDER_MARKER,
        "the key ends with a slash",
    )


@pytest.mark.parametrize(
    ("pattern", "prefix"),
    [
        ("pictures/{user_id}.*", f"pictures/{ID}."),
        ("pictures/{user_id}/a*b*", f"pictures/{ID}/a"),
        ("{user_id}.jpg", f"{ID}.jpg"),
        ("{user_id}", ID),
    ],
)
def test_prefix(pattern: str, prefix: str) -> None:
    """The prefix goes up to the first star."""
    assert KeyPattern.parse(pattern).prefix(ID) == prefix


def test_names_of_others_with_the_prefix() -> None:
    """Of the listed keys those count that name this very user."""
    pattern = KeyPattern.parse("{username}.*")
    listed = ["ada.jpg", "ada.", "ada.b.jpg", "ada.b/", "ada.jpg ", "ada.\n"]

    assert [key for key in listed if pattern.names(key, "ada")] == [
        *("ada.jpg", "ada.", "ada.jpg ", "ada.\n")
    ]
    assert all(key.startswith(pattern.prefix("ada")) for key in listed)


def test_longest_key() -> None:
    """A key of 1024 bytes is read as any other."""
    pattern = KeyPattern.parse("pictures/{user_id}/*")
    key = f"pictures/{ID}/".ljust(1024, "k")

    assert pattern.user_text(key) == ID
    assert pattern.names(key, ID)


@pytest.mark.parametrize(
    "pattern",
    ["pictures/{user_id}" + "/*" * 8 + ".jpg", "pictures/{username}" + "/*" * 8 + "x"],
)
def test_many_stars(pattern: str) -> None:
    """No key makes a pattern with many stars slow: strangers write keys."""
    key = f"pictures/{ID}".ljust(1024, "/") + "-"
    start = time.process_time()

    assert not KeyPattern.parse(pattern).names(key, ID)

    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("tail", "fits"),
    [
        ("/a/b", True),
        ("/xxa/ya/b", True),
        ("/a/a/b/b", True),
        ("/a/b/c", False),
        ("/ab", False),
        ("/a/", False),
        ("/b/a/b", True),
    ],
)
def test_stars_find_their_places(tail: str, fits: bool) -> None:
    """Each star takes what it must for the rest to fit."""
    assert KeyPattern.parse("{user_id}/*a/*b").names(ID + tail, ID) is fits


@given(PATTERNS, IDS, TEXTS, TEXTS)
def test_user_text_property(
    pattern: KeyPattern, user_id: str, name: str, rest: str
) -> None:
    """The prefix finds each user that a key names, and an id has only one spelling."""
    own = {"user_id": user_id, "node_id": to_node_id(user_id)}
    text = own.get(pattern.placeholder, name)
    key = pattern.head + text + pattern.tail.replace("*", rest)

    try:
        found = pattern.user_text(key)
    except KeyIgnored:
        assert not pattern.names(key, text)
        return

    assert key.startswith(pattern.prefix(found))
    assert pattern.names(key, found)
    assert not pattern.names(key, found + "x")
    if pattern.placeholder == "user_id":
        assert found == user_id == str(uuid.UUID(found))


@given(IDS, IDS, st.text(max_size=8), st.text(max_size=8))
def test_user_text_of_another(user_id: str, other: str, left: str, right: str) -> None:
    """Text around an id never makes it another's, and never is dropped."""
    pattern = KeyPattern.parse("pictures/{user_id}.*")
    key = f"pictures/{left}{user_id}{right}.{other}"

    if not pattern.names(key, user_id):
        with pytest.raises(KeyIgnored):
            pattern.user_text(key)
    else:
        assert left == ""
        assert right[:1] in ("", ".")


ATTRIBUTES = {
    "email": "ada.b@example.com",
    "phone_number": "+85298765432",
    "preferred_username": "ada.b",
    "name": "Ada",
}


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("pictures/{user_id}.*", ID),
        ("pictures/{node_id}/*", NODE_ID),
        ("{email}.*", "ada.b@example.com"),
        ("{username}/*.jpg", "ada.b"),
        ("p/{phone}", "+85298765432"),
        ("{username}b*", "ada.b"),
    ],
)
def test_text_of_user(pattern: str, text: str) -> None:
    """Each kind of pattern has the user's id, or the name as Authgear spells it."""
    parsed = KeyPattern.parse(pattern)

    assert parsed.text_of_user(ID, ATTRIBUTES) == text
    assert parsed.needs_attributes is (text not in (ID, NODE_ID))


@pytest.mark.parametrize("pattern", ["pictures/{user_id}.*", "{node_id}/*"])
def test_text_of_user_needs_no_attributes(pattern: str) -> None:
    """An id says enough."""
    parsed = KeyPattern.parse(pattern)

    assert parsed.text_of_user(ID) == parsed.text_of_user(ID, ATTRIBUTES)


@pytest.mark.parametrize(
    "value",
    [None, "", 7, ["ada"], {}, "a/b@example.com", " ada", "ada ", "a\nb", "a\0b", "/"],
)
@pytest.mark.parametrize("pattern", ["{email}.*", "p/{email}", "{email}/*"])
def test_text_of_user_without_a_name(pattern: str, value: object) -> None:
    """A value that no key can hold names no objects, and none of another user's."""
    parsed = KeyPattern.parse(pattern)

    assert parsed.text_of_user(ID, {"email": value}) is None
    assert parsed.text_of_user(ID) is None
    assert parsed.text_of_user(ID, {"preferred_username": "ada"}) is None


@given(PATTERNS, IDS, st.text("ab.-@+/ \u00e9", max_size=6))
def test_text_of_user_is_the_inverse(
    pattern: KeyPattern, user_id: str, name: str
) -> None:
    """Every key under the user's prefix that fits the pattern can name the user."""
    values = {"email": name, "phone_number": name, "preferred_username": name}

    text = pattern.text_of_user(user_id, values)

    if text is None:
        assert pattern.needs_attributes
        return
    assert pattern.prefix(text).startswith(pattern.head + text)
    assert pattern.names(pattern.head + text + pattern.tail.replace("*", "\0"), text)


@pytest.mark.parametrize("pattern", ["fa\u00e7es/{user_id}.*", "{user_id}-\u00e9.jpg"])
def test_decomposed_key_is_told_so(pattern: str) -> None:
    """A key that fits once its accents are composed gets a message of its own."""
    key = pattern.replace("{user_id}", ID).replace("*", "jpg")

    error = ignored(pattern, unicodedata.normalize("NFD", key))

    assert error.reason is Reason.KEY_SPELLED_OTHERWISE
    assert "decomposed Unicode" in error.detail
