"""Faults of Authgear that last, and uploads that break."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from urllib3 import HTTPResponse

from authgear.connection import READ_TIMEOUT
from outcome import Reason
from tests.fakes.authgear_server import (
    Fault,
    answered,
    dropped_after,
    dropped_before,
    timed_out,
)
from tests.fakes.transport import answer
from tests.sync.world import World


def test_upload_that_broke_uses_a_new_url() -> None:
    """A presigned URL works once."""
    world = World()
    world.put("red")
    world.authgear.fail("upload", dropped_after)

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    steps = world.authgear.steps
    assert steps == [
        *("read", "presign", "upload"),
        *("presign", "upload", "update", "read"),
    ]


@pytest.mark.parametrize("step", ["presign", "read", "upload", "update"])
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (dropped_before, Reason.AUTHGEAR_UNREACHABLE),
        (dropped_after, Reason.AUTHGEAR_UNREACHABLE),
        (timed_out, Reason.AUTHGEAR_TIMEOUT),
        (answered("oops", 500), Reason.AUTHGEAR_UNAVAILABLE),
        (answered("", 502), Reason.AUTHGEAR_UNAVAILABLE),
        (answered("Forbidden\n", 403), Reason.AUTHGEAR_FORBIDDEN),
        (answered({}, 429), Reason.AUTHGEAR_RATE_LIMITED),
        (answered("<html>"), Reason.AUTHGEAR_UNEXPECTED),
        (answered({}), Reason.AUTHGEAR_UNEXPECTED),
        (answered([]), Reason.AUTHGEAR_UNEXPECTED),
        (answered({"result": None, "data": None}), Reason.AUTHGEAR_UNEXPECTED),
    ],
    ids=[
        *("dropped-before", "dropped-after", "timed-out", "500", "502", "403", "429"),
        *("html", "empty-object", "list", "nulls"),
    ],
)
def test_lasting_fault_fails_and_harms_nothing(
    step: str, fault: Fault, reason: Reason
) -> None:
    """After any fault at any step the result is `failed`, the profile unchanged."""
    world = World()
    world.put("red")
    before = dict(world.authgear.users[world.user_id])
    world.authgear.fail(step, *[fault] * 100)

    result = world.run()

    after = dict(world.authgear.users[world.user_id])
    if step == "update" and fault in (dropped_after, timed_out):
        after.pop("picture")  # the work was done, although no answer said so
    if step == "upload" and reason is Reason.AUTHGEAR_FORBIDDEN:
        reason = Reason.AUTHGEAR_UNEXPECTED  # an upload carries no token
    assert result.reason is reason
    assert result.fields["step"] == step
    assert after == before


def test_lasting_fault_ends_before_the_deadline() -> None:
    """A rate limit is waited for, but not forever."""
    world = World()
    world.put("red")
    world.authgear.fail("presign", *[answered({}, 429)] * 1000)
    start = world.clock()

    world.run(seconds=30)

    assert 15 < world.clock() - start < 30


def test_denied_upload_is_not_the_keys_fault() -> None:
    """It carries no token: something in front of Authgear has denied it."""
    world = World()
    world.put("red")
    world.authgear.fail("upload", *[answered("Forbidden\n", 403)] * 100)

    result = world.run()

    assert result.reason is Reason.AUTHGEAR_UNEXPECTED
    assert world.authgear.steps.count("upload") == 3


def test_answer_that_drips_is_given_up_in_time() -> None:
    """An answer that comes byte by byte is waited for no longer than any other."""
    world = World()
    world.put("red")

    class Drip(io.RawIOBase):
        """A body that never ends."""

        def read1(self, size: int = -1) -> bytes:
            """Return one byte, a second later."""
            world.clock.sleep(1)
            return b" "

    def drip(work: Callable[[], Any]) -> Any:
        response = answer("")
        response.raw = HTTPResponse(Drip(), preload_content=False)
        return response

    world.authgear.fail("presign", drip)
    start = world.clock()

    result = world.run()

    assert result.reason is Reason.PICTURE_SET
    assert READ_TIMEOUT < world.clock() - start < READ_TIMEOUT + 3
