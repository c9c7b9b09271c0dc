"""One user's profile: who is meant, and what is read before it is written."""

from __future__ import annotations

import pytest

from authgear import Budget, UserNotFound, to_node_id
from outcome import Reason
from pictures.mark import add_mark
from storage.key_pattern import KeyIgnored, KeyPattern
from sync.run_log import OutOfTime, RunLog
from sync.user_profile import AmbiguousUser, UserProfile
from tests.fakes.authgear_server import FakeAuthgear
from tests.fakes.clock import FakeClock


class Stage:
    """An Authgear with one user, and profiles of it."""

    def __init__(self) -> None:
        self.authgear = FakeAuthgear()
        self.clock = FakeClock()
        self.user_id = self.authgear.add_user(
            email="ada@example.com",
            phone_number="+85298765432",
            preferred_username="ada",
        )

    def open(self, placeholder: str, text: str, left: float = 30) -> UserProfile:
        """Return the profile of whom a text names."""
        return UserProfile(
            admin_api=self.authgear.admin_api(),
            pattern=KeyPattern.parse(f"{{{placeholder}}}.*"),
            text=text,
            log=RunLog(
                budget=Budget(
                    deadline=self.clock() + left,
                    clock=self.clock,
                    sleep=self.clock.sleep,
                )
            ),
        )


@pytest.fixture
def stage() -> Stage:
    """Return an Authgear with one user."""
    return Stage()


@pytest.mark.parametrize("placeholder", ["user_id", "node_id"])
def test_find_by_id(stage: Stage, placeholder: str) -> None:
    """An id needs no search."""
    text = stage.user_id if placeholder == "user_id" else to_node_id(stage.user_id)
    profile = stage.open(placeholder, text)

    assert profile.find() == stage.user_id

    assert stage.authgear.steps == []


@pytest.mark.parametrize(
    ("placeholder", "text"),
    [("email", "ada@example.com"), ("phone", "+85298765432"), ("username", "ada")],
)
def test_find_by_name(stage: Stage, placeholder: str, text: str) -> None:
    """A name is looked up once, however often the id is needed."""
    profile = stage.open(placeholder, text)

    assert profile.find() == profile.find() == stage.user_id

    assert stage.authgear.steps == ["find"]
    assert set(profile.log.times) == {"find_ms"}


@pytest.mark.parametrize(
    ("placeholder", "text"),
    [("email", "ada@example.com"), ("phone", "+85298765432"), ("username", "ada")],
)
def test_find_login_id_of_another(stage: Stage, placeholder: str, text: str) -> None:
    """One user's login id that is another's attribute names neither."""
    stage.authgear.login_ids[placeholder, text] = stage.authgear.add_user()

    with pytest.raises(AmbiguousUser):
        stage.open(placeholder, text).find()


@pytest.mark.parametrize("placeholder", ["email", "phone", "username"])
def test_find_nobody(stage: Stage, placeholder: str) -> None:
    """A name that nobody has is reported without the name."""
    with pytest.raises(UserNotFound, match=f"nobody has this {placeholder}") as caught:
        stage.open(placeholder, "eve").find()

    assert caught.value.step == "find"
    assert "eve" not in str(caught.value)


def test_find_ambiguous(stage: Stage) -> None:
    """A name that two users have names nobody."""
    stage.authgear.add_user(email="ADA@example.com")

    with pytest.raises(AmbiguousUser, match=r"^2 users have this email$") as caught:
        stage.open("email", "ada@example.com").find()

    assert caught.value.reason is Reason.AMBIGUOUS_USER


def test_find_spelled_otherwise(stage: Stage) -> None:
    """A name that Authgear finds but spells otherwise names nobody."""
    with pytest.raises(KeyIgnored) as caught:
        stage.open("email", "Ada@Example.com").find()

    assert caught.value.reason is Reason.KEY_SPELLED_OTHERWISE
    assert caught.value.detail == "the user's email in Authgear is spelled otherwise"


@pytest.mark.parametrize(
    ("placeholder", "key", "text", "shown", "detail"),
    [
        (
            "email",
            "email",
            "ada@work.example",
            "ada@example.com",
            "the user was found, but the profile shows another email of the user",
        ),
        (
            "phone",
            "phone",
            "+85212345678",
            "",
            "the user was found, but the profile shows no phone_number",
        ),
        (
            "username",
            "username",
            "Countess",
            "ada",
            "the user was found, but the profile shows another preferred_username of "
            "the user",
        ),
    ],
    ids=["email", "phone", "username"],
)
def test_read_by_another_login_id(
    stage: Stage, placeholder: str, key: str, text: str, shown: str, detail: str
) -> None:
    """The login id finds the user; the profile decides which name counts."""
    attributes = stage.authgear.users[stage.user_id]
    attribute = {"phone": "phone_number", "username": "preferred_username"}
    attributes[attribute.get(placeholder, placeholder)] = shown
    stage.authgear.login_ids[key, text] = stage.user_id

    with pytest.raises(KeyIgnored) as caught:
        stage.open(placeholder, text).find()

    assert caught.value.reason is Reason.KEY_SPELLED_OTHERWISE
    assert caught.value.detail == detail
    assert text not in caught.value.detail


def test_upload(stage: Stage) -> None:
    """A picture is uploaded to a URL of its own."""
    profile = stage.open("user_id", stage.user_id)

    image_id = profile.upload(profile.create_upload_url(), b"picture")

    assert stage.authgear.steps == ["presign", "upload"]
    assert stage.authgear.images == {image_id: b"picture"}
    assert {"presign_ms", "upload_ms"} <= set(profile.log.times)


@pytest.mark.parametrize(
    ("jpeg", "mark"),
    [(add_mark(b"\xff\xd8\xff\xda", "abc123"), "abc123"), (b"no picture", "")],
    ids=["ours", "not-ours"],
)
def test_read_mark(stage: Stage, jpeg: bytes, mark: str) -> None:
    """The mark distinguishes our pictures from all others."""
    profile = stage.open("user_id", stage.user_id)
    image_id = profile.upload(profile.create_upload_url(), jpeg)

    assert profile.read_mark(image_id) == mark
    assert "mark_ms" in profile.log.times


def test_read_mark_of_an_image_that_is_gone(stage: Stage) -> None:
    """An image that the store has lost is not ours any more."""
    profile = stage.open("user_id", stage.user_id)

    assert profile.read_mark("00000000-0000-4000-8000-000000000000") == ""


def test_out_of_time(stage: Stage) -> None:
    """Without time no request is sent."""
    profile = stage.open("email", "ada@example.com", left=0)

    with pytest.raises(OutOfTime, match="no time was left for the step find"):
        profile.find()
    with pytest.raises(OutOfTime, match="no time was left for the step presign"):
        profile.create_upload_url()

    assert stage.authgear.steps == []


def test_find_decomposed(stage: Stage) -> None:
    """A name with decomposed accents that nobody has is reported as such."""
    with pytest.raises(KeyIgnored, match="decomposed Unicode") as caught:
        stage.open("username", "andre\u0301").find()

    assert caught.value.reason is Reason.KEY_SPELLED_OTHERWISE
