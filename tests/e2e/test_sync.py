"""From the bucket to the profile, by the function that Lambda runs."""

from __future__ import annotations

import json

import pytest
from PIL import Image

from local.authgear import Authgear, Request, User
from local.demo.checks import attributes
from local.leaks import find_leaks
from local.system import SECRET, LocalSystem
from tests.e2e.faces import shows_plain, shows_quadrants
from tests.fakes.aws_requests import read_requests
from tests.samples.pictures import BLUE, GREEN, RED, encode, quadrants

Colour = tuple[int, int, int]


def plain(colour: Colour) -> bytes:
    """Return a picture of one colour."""
    return encode(Image.new("RGB", (300, 300), colour), "JPEG", quality=95)


def requests_since(authgear: Authgear, known: int) -> list[Request]:
    """Return the requests to the API after the first ones, pictures not counted."""
    return [it for it in authgear.requests[known:] if it.step != "image"]


def steps_since(authgear: Authgear, known: int) -> list[str]:
    """Return what was asked of Authgear after the first requests."""
    return [request.step for request in requests_since(authgear, known)]


def operations_since(system: LocalSystem, known: int) -> list[str]:
    """Return what was asked of S3 after the first requests to AWS."""
    sent = read_requests(system.aws)[known:]
    return [request.operation for request in sent if request.service == "s3"]


def test_picture_is_visible(
    system: LocalSystem, user: User, key: str, picture: bytes
) -> None:
    """Authgear serves the object that was put into the bucket, cropped square."""
    settled = system.drop(key, picture)

    assert (settled.outcome, settled.reason) == ("synced", "picture-set")
    assert shows_quadrants(user)


def test_only_the_picture_changes(
    system: LocalSystem, user: User, key: str, picture: bytes
) -> None:
    """All other attributes are what they were, standard and custom ones."""
    before = attributes(user)

    system.drop(key, picture)

    assert user.picture_object_id
    assert attributes(user) == before


def test_picture_costs_five_requests(
    system: LocalSystem, key: str, picture: bytes
) -> None:
    """Presign, read, upload, update and a read to check, over one connection."""
    known = len(system.authgear.requests)

    system.drop(key, picture)

    requests = requests_since(system.authgear, known)
    steps = [request.step for request in requests]
    assert steps == ["presign", "read", "upload", "update", "read"]
    assert len({request.connection for request in requests}) == 1


def test_picture_costs_seven_requests_to_s3(
    system: LocalSystem, key: str, picture: bytes
) -> None:
    """Look, read, tag (others' tags are kept), and look again; the secret is cached."""
    system.drop(key, picture)
    known = len(read_requests(system.aws))

    system.drop(key, encode(quadrants(600, 800), "PNG"))

    assert operations_since(system, known) == [
        "PUT",  # not the function's: the picture itself
        *("GET ?list-type", "GET ?tagging", "GET"),
        *("GET ?tagging&versionId", "PUT ?tagging&versionId"),
        *("GET ?list-type", "GET ?tagging"),
    ]


def test_same_event_again_uploads_nothing(
    system: LocalSystem, user: User, key: str, picture: bytes
) -> None:
    """An event that comes twice costs one read, and two of S3, and changes nothing."""
    system.drop(key, picture)
    shown, known = user.picture_object_id, len(system.authgear.requests)
    known_to_aws = len(read_requests(system.aws))

    system.send(key)
    second = system.wait_for(key, count=2)

    assert (second.outcome, second.reason) == ("unchanged", "in-sync")
    assert user.picture_object_id == shown
    assert steps_since(system.authgear, known) == ["read"]
    assert operations_since(system, known_to_aws) == ["GET ?list-type", "GET ?tagging"]


def test_overwritten_object_replaces_the_picture(
    system: LocalSystem, user: User, key: str
) -> None:
    """A new picture under the same key is the user's from then on."""
    system.drop(key, plain(RED))

    settled = system.drop(key, plain(GREEN))

    assert settled.reason == "picture-set"
    assert shows_plain(user, GREEN)


def test_late_event_of_an_older_object_changes_nothing(
    system: LocalSystem, user: User, key: str
) -> None:
    """An event that comes after the next one does not bring back the old picture."""
    system.drop(key, plain(RED))
    system.drop(key, plain(GREEN))

    system.send(key)
    late = system.wait_for(key, count=3)

    assert late.outcome == "unchanged"
    assert shows_plain(user, GREEN)


def test_newest_of_several_objects_wins(system: LocalSystem, user: User) -> None:
    """Two objects of a user, and events in the wrong order, show the newer one."""
    older = system.drop(f"pictures/{user.id}.a", plain(RED))
    system.drop(f"pictures/{user.id}.b", plain(BLUE))

    system.send(older.key)
    system.wait_for(older.key, count=2)

    assert shows_plain(user, BLUE)


def test_object_that_is_gone_is_ignored(
    system: LocalSystem, user: User, key: str
) -> None:
    """An event for an object that was deleted since is ignored; the picture stays."""
    system.drop(key, plain(RED))
    system.delete(key)

    system.send(key)
    late = system.wait_for(key, count=2)

    assert (late.outcome, late.reason) == ("ignored", "object-gone")
    assert late.attempts == 1
    assert shows_plain(user, RED)


def test_unknown_user_costs_no_upload(system: LocalSystem, picture: bytes) -> None:
    """Uploads stay public forever, so none is made for an unknown user."""
    known = len(system.authgear.requests)

    settled = system.drop("pictures/00000000-0000-4000-8000-000000000000.jpg", picture)

    assert (settled.outcome, settled.reason) == ("rejected", "unknown-user")
    assert settled.attempts == 1
    assert "upload" not in steps_since(system.authgear, known)


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param(".a b.jpg", id="blank"),
        pytest.param(".a+b.jpg", id="plus"),
        pytest.param(".a%2Bb.jpg", id="encoded-plus"),
        pytest.param(".é.jpg", id="accent"),
        pytest.param(".日本.JPG", id="japanese"),
        pytest.param(".\"quoted'.jpg", id="quotes"),
        pytest.param(".a/../b", id="dots"),
        pytest.param(".jpg&x=1?y#z", id="url-characters"),
    ],
)
def test_key_is_decoded_once(
    rest: str, system: LocalSystem, user: User, picture: bytes
) -> None:
    """The object is found by any key that S3 encodes in its event."""
    key = f"pictures/{user.id}{rest}"

    settled = system.drop(key, picture)

    assert settled.reason == "picture-set"
    assert settled.key == key


def test_rotated_key_needs_no_restart(
    system: LocalSystem, key: str, picture: bytes
) -> None:
    """The secret is read again once, when Authgear does not take the token."""
    system.drop(key, picture)

    system.authgear.rotate_key()
    system.put_secret()
    settled = system.drop(key, encode(quadrants(600, 800), "PNG"))

    assert (settled.outcome, settled.attempts) == ("synced", 1)


def test_unreadable_secret_fails_without_a_word_of_it(
    system: LocalSystem, user: User, key: str, picture: bytes
) -> None:
    """A secret without a key pair is a failure that names it, not its content."""
    system.authgear.rotate_key()
    content = json.dumps({"key_id": "k", "private_key": "no key at all"})
    system.aws.secrets.put_secret_value(SecretId=SECRET, SecretString=content)

    settled = system.drop(key, picture)

    assert (settled.outcome, settled.reason) == ("failed", "secret-unreadable")
    assert settled.attempts == 3
    assert "no key at all" not in system.log
    assert user.picture_object_id is None


def test_failed_event_is_healed_by_its_record(
    system: LocalSystem, user: User, key: str, picture: bytes
) -> None:
    """An event in the retry queue sets the picture once the cause is gone."""
    system.aws.secrets.put_secret_value(SecretId=SECRET, SecretString="{}")
    system.authgear.rotate_key()
    failed = system.drop(key, picture)
    system.put_secret()

    system.deliver_failures()
    healed = system.wait_for(key, count=2)

    assert (failed.outcome, healed.outcome) == ("failed", "synced")
    assert shows_quadrants(user)


def test_concurrent_events_of_one_user_end_with_the_newest(
    system: LocalSystem, user: User, key: str
) -> None:
    """Invocations at one user's overwrites settle on what was put last."""
    for colour in (RED, GREEN, BLUE, RED, GREEN, BLUE):
        system.put(key, plain(colour))
    settled = [system.wait_for(key, count=i + 1) for i in range(6)]

    assert {it.outcome for it in settled} <= {"synced", "unchanged"}
    assert shows_plain(user, BLUE)


def test_log_holds_no_secrets(
    system: LocalSystem, user: User, key: str, picture: bytes
) -> None:
    """No token, key, presigned URL or attribute is in what the function writes."""
    system.drop(key, picture)
    system.drop(key, b"no picture")

    assert user.id in system.log
    assert find_leaks(system.log, system.authgear) == []
