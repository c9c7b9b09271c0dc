"""One user's profile: who is meant, and what is read before it is written."""

from __future__ import annotations

import pytest

from authgear import UserNotFound, to_node_id
from outcome import Reason
from storage.key_pattern import KeyIgnored
from sync.run_log import OutOfTime, RunLog
from sync.user_profile import STALE, AmbiguousUser, UserProfile
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
            admin_api=self.authgear.admin_api(self.clock),
            placeholder=placeholder,
            text=text,
            run_log=RunLog(
                deadline=self.clock() + left, clock=self.clock, sleep=self.clock.sleep
            ),
        )


@pytest.fixture
def stage() -> Stage:
    """Return an Authgear with one user."""
    return Stage()


@pytest.mark.parametrize("placeholder", ["user_id", "node_id"])
def test_read_by_id(stage: Stage, placeholder: str) -> None:
    """An id needs no search."""
    text = stage.user_id if placeholder == "user_id" else to_node_id(stage.user_id)
    profile = stage.open(placeholder, text)

    assert profile.read().user_id == stage.user_id

    assert stage.authgear.steps == ["read"]
    assert profile.run_log.facts["user_id"] == stage.user_id
    assert "read_ms" in profile.run_log.facts


@pytest.mark.parametrize(
    ("placeholder", "text"),
    [("email", "ada@example.com"), ("phone", "+85298765432"), ("username", "ada")],
)
def test_read_by_name(stage: Stage, placeholder: str, text: str) -> None:
    """A name is looked up once, however often the user is read."""
    profile = stage.open(placeholder, text)

    assert profile.read().user_id == stage.user_id
    assert profile.read(step="verify").user_id == stage.user_id

    assert stage.authgear.steps == ["find", "read", "read"]
    assert {"find_ms", "read_ms", "verify_ms"} <= set(profile.run_log.facts)


@pytest.mark.parametrize(
    ("placeholder", "text"),
    [("email", "ada@example.com"), ("phone", "+85298765432"), ("username", "ada")],
)
def test_read_login_id_of_another(stage: Stage, placeholder: str, text: str) -> None:
    """One user's login id that is another's attribute names neither."""
    stage.authgear.login_ids[placeholder, text] = stage.authgear.add_user()

    with pytest.raises(AmbiguousUser):
        stage.open(placeholder, text).read()


@pytest.mark.parametrize("placeholder", ["email", "phone", "username"])
def test_read_nobody(stage: Stage, placeholder: str) -> None:
    """A name that nobody has is told without the name."""
    with pytest.raises(UserNotFound, match=f"nobody has this {placeholder}") as caught:
        stage.open(placeholder, "eve").read()

    assert caught.value.step == "find"
    assert "eve" not in str(caught.value)


def test_read_ambiguous(stage: Stage) -> None:
    """A name that two users have names nobody."""
    stage.authgear.add_user(email="ADA@example.com")

    with pytest.raises(AmbiguousUser, match=r"^2 users have this email$") as caught:
        stage.open("email", "ada@example.com").read()

    assert caught.value.reason is Reason.AMBIGUOUS_USER


def test_read_spelled_otherwise(stage: Stage) -> None:
    """A name that Authgear finds but spells otherwise names nobody."""
    with pytest.raises(KeyIgnored) as caught:
        stage.open("email", "Ada@Example.com").read()

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
    """Who logs in by it is known; the profile alone decides which name counts."""
    attributes = stage.authgear.users[stage.user_id]
    attribute = {"phone": "phone_number", "username": "preferred_username"}
    attributes[attribute.get(placeholder, placeholder)] = shown
    stage.authgear.login_ids[key, text] = stage.user_id

    with pytest.raises(KeyIgnored) as caught:
        stage.open(placeholder, text).read()

    assert caught.value.reason is Reason.KEY_SPELLED_OTHERWISE
    assert caught.value.detail == detail
    assert text not in caught.value.detail


def test_upload(stage: Stage) -> None:
    """The user is read before anything is uploaded, and only then."""
    profile = stage.open("user_id", stage.user_id)

    user, image_id = profile.upload(profile.create_upload_url(), b"picture")

    assert stage.authgear.steps == ["presign", "read", "upload"]
    assert user.user_id == stage.user_id
    assert stage.authgear.images == {image_id: b"picture"}
    assert {"presign_ms", "upload_ms"} <= set(profile.run_log.facts)


def test_upload_for_nobody(stage: Stage) -> None:
    """Nothing is uploaded for a user who does not exist."""
    profile = stage.open("user_id", "00000000-0000-4000-8000-000000000000")

    with pytest.raises(UserNotFound):
        profile.upload(profile.create_upload_url(), b"picture")

    assert stage.authgear.images == {}


@pytest.mark.parametrize(
    ("seconds", "reads"), [(STALE, 1), (STALE + 0.001, 2)], ids=["fresh", "stale"]
)
def test_upload_slow(stage: Stage, seconds: float, reads: int) -> None:
    """After a slow upload the user is read anew, and that is what is returned."""

    def dawdle() -> None:
        stage.clock.now += seconds
        stage.authgear.users[stage.user_id]["name"] = "Ada L."

    stage.authgear.before["upload"] = dawdle

    profile = stage.open("user_id", stage.user_id)
    user, _ = profile.upload(profile.create_upload_url(), b"picture")

    assert stage.authgear.steps.count("read") == reads
    assert (user.standard_attributes["name"] == "Ada L.") is (reads == 2)


def test_set_picture(stage: Stage) -> None:
    """The picture is set, all else stays, and nothing is told of it."""
    profile = stage.open("user_id", stage.user_id)
    user, image_id = profile.upload(profile.create_upload_url(), b"picture")

    profile.set_picture(user, image_id)

    assert stage.authgear.picture_of(stage.user_id) == b"picture"
    assert stage.authgear.users[stage.user_id]["name"] == "Ada"
    assert "update_ms" in profile.run_log.facts
    assert "attributes_changed" not in profile.run_log.facts


def test_set_picture_attributes_changed(stage: Stage) -> None:
    """Attributes that the answer shows changed are named in the log, without values."""
    profile = stage.open("user_id", stage.user_id)
    user, image_id = profile.upload(profile.create_upload_url(), b"picture")
    stage.authgear.before["update"] = lambda: user.standard_attributes.update(
        name="Mallory", address={}
    )

    profile.set_picture(user, image_id)

    assert profile.run_log.facts["attributes_changed"] == ["address", "name"]


def test_remove_picture(stage: Stage) -> None:
    """The picture is taken away, all else stays."""
    profile = stage.open("user_id", stage.user_id)
    profile.set_picture(*profile.upload(profile.create_upload_url(), b"picture"))

    profile.remove_picture(profile.read())

    assert "picture" not in stage.authgear.users[stage.user_id]
    assert stage.authgear.users[stage.user_id]["name"] == "Ada"


def test_out_of_time(stage: Stage) -> None:
    """Without time no request is sent."""
    profile = stage.open("email", "ada@example.com", left=0)

    with pytest.raises(OutOfTime, match="no time was left for the step find"):
        profile.read()
    with pytest.raises(OutOfTime, match="no time was left for the step presign"):
        profile.upload(profile.create_upload_url(), b"")

    assert stage.authgear.steps == []


def test_out_of_time_to_update(stage: Stage) -> None:
    """Who was read in time is not updated after it."""
    profile = stage.open("user_id", stage.user_id)
    user = profile.read()
    stage.clock.now = profile.run_log.deadline

    with pytest.raises(OutOfTime, match="no time was left for the step update"):
        profile.set_picture(user, "image")
    with pytest.raises(OutOfTime, match="no time was left for the step update"):
        profile.remove_picture(user)

    assert stage.authgear.steps == ["read"]
