"""Faults that are switched on for a step, as the product's own client meets them."""

from __future__ import annotations

import time

import pytest

from authgear import (
    AdminAPI,
    AuthgearError,
    Budget,
    DeniedByHook,
    PictureNotKept,
    RateLimited,
    TimedOut,
    Unavailable,
    Unexpected,
    Unreachable,
)
from local.authgear import Authgear, Fault, User
from tests.fakes.clock import FakeClock
from tests.local.authgear.conftest import NAME, soon

PICTURE = b"\xff\xd8\xff any bytes will do"


def sync(admin_api: AdminAPI, user: User, budget: Budget | None = None) -> str:
    """Give a user a picture; return the image's object id."""
    budget = budget or soon()
    upload_url = admin_api.create_upload_url(budget=budget)
    image_id = admin_api.upload(upload_url, PICTURE, budget=budget)
    read = admin_api.get_user(user.id, budget=budget)
    admin_api.set_picture(read, image_id, budget=budget)
    return image_id


@pytest.mark.parametrize("step", ["presign", "upload", "read", "update"])
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 502}, Unavailable),
        ({"status": 429, "headers": {"Retry-After": "0"}}, RateLimited),
        ({"body": b"<html>hello</html>"}, Unexpected),
        ({"drop": "before"}, Unreachable),
        ({"drop": "after"}, Unreachable),
    ],
    ids=["502", "429", "html", "dropped-before", "dropped-after"],
)
def test_fault_meets_its_step_alone(
    authgear: Authgear,
    admin_api: AdminAPI,
    user: User,
    step: str,
    fault: dict[str, object],
    error: type[AuthgearError],
) -> None:
    """The client sees the fault in that step, and the other steps work."""
    authgear.faults.add(Fault(step=step, times=None, **fault))  # type: ignore[arg-type]
    # It ends by the waits for a rate limit, however fast the machine is. The client's
    # connection counts on from the machine's own clock.
    clock = FakeClock(time.monotonic())
    impatient = Budget(
        deadline=clock() + 60, max_wait=5, clock=clock, sleep=clock.sleep
    )

    with pytest.raises(error) as raised:
        sync(admin_api, user, impatient)

    assert raised.value.step == step
    authgear.faults.clear()
    assert sync(admin_api, user) == user.picture_object_id


@pytest.mark.parametrize(("drop", "is_done"), [("before", False), ("after", True)])
def test_dropped_update_is_done_or_not(
    authgear: Authgear, admin_api: AdminAPI, user: User, drop: str, is_done: bool
) -> None:
    """A connection may break before the work is done or after it."""
    authgear.faults.add(Fault(step="update", drop=drop))  # type: ignore[arg-type]

    with pytest.raises(Unreachable):
        sync(admin_api, user)

    assert bool(user.picture_object_id) == is_done
    assert user.standard_attributes()["name"] == NAME


def test_work_is_done_behind_an_error(
    authgear: Authgear, admin_api: AdminAPI, user: User
) -> None:
    """A proxy may answer 502 although the server has done its part."""
    authgear.faults.add(Fault(step="update", status=502, work_done=True))

    with pytest.raises(Unavailable):
        sync(admin_api, user)

    assert user.picture_object_id


def test_delay_outlasts_the_deadline(authgear: Authgear, admin_api: AdminAPI) -> None:
    """A step can be slower than a client waits."""
    authgear.faults.add(Fault(step="presign", delay=0.5))

    with pytest.raises(TimedOut):
        admin_api.create_upload_url(budget=soon(0.2))


def test_fault_is_over_after_its_times(
    authgear: Authgear, admin_api: AdminAPI, user: User
) -> None:
    """Two refused uploads are followed by one that works, with a URL of its own."""
    before = len(authgear.requests)
    authgear.faults.add(Fault(step="upload", status=500, times=2))

    image_id = sync(admin_api, user)

    steps = [request.step for request in authgear.requests[before:]]
    assert steps[:6] == ["presign", "upload"] * 3
    assert user.picture_object_id == image_id


def test_failed_commit_is_answered_as_done(
    authgear: Authgear, admin_api: AdminAPI, user: User
) -> None:
    """The answer shows the picture, and nothing is stored (contract: commitfail)."""
    authgear.faults.add(Fault(step="update", commit_fails=True))

    sync(admin_api, user)

    assert user.picture_object_id is None


def test_late_commit_is_seen_later(
    authgear: Authgear, admin_api: AdminAPI, user: User
) -> None:
    """The answer comes before the write can be read (contract: slow_commit)."""
    authgear.faults.add(Fault(step="update", commit_delay=0.3))

    image_id = sync(admin_api, user)

    assert user.picture_object_id is None
    time.sleep(0.4)
    assert user.picture_object_id == image_id


@pytest.mark.parametrize(
    ("hook", "error"),
    [
        ("deny", DeniedByHook),
        ("drop-picture", PictureNotKept),
        ("500", Unavailable),
        ("unreachable", Unavailable),
    ],
)
def test_hook_prevents_the_update(
    authgear: Authgear,
    admin_api: AdminAPI,
    user: User,
    hook: str,
    error: type[AuthgearError],
) -> None:
    """A blocking hook may deny, change or fail to answer."""
    authgear.faults.add(Fault(step="update", hook=hook))  # type: ignore[arg-type]

    with pytest.raises(error):
        sync(admin_api, user)

    assert user.picture_object_id is None
    assert user.standard_attributes()["name"] == NAME


def test_object_store_that_is_down_fails_uploads(
    authgear: Authgear, admin_api: AdminAPI, user: User
) -> None:
    """Presigning works all the same (contract: storedown)."""
    authgear.images.available = False

    with pytest.raises(Unavailable) as raised:
        sync(admin_api, user)

    assert raised.value.step == "upload"
