"""The timer of the resync, run by MiniStack's EventBridge Scheduler."""

from __future__ import annotations

from datetime import UTC, datetime

from local.aws.clients import make_client, make_session
from local.sample_users import create_person
from local.system import LocalSystem
from tests.e2e.faces import shows_quadrants
from tests.e2e.quick import lose_events, read_timer
from tests.e2e.waiting import wait_until

KEPT = ("FlexibleTimeWindow", "Target")


def test_timer_finds_the_picture_whose_event_was_lost(
    quick: LocalSystem, picture: bytes
) -> None:
    """Target, role and message are the deployed ones; only the time is now."""
    user = create_person(quick.authgear, "Ada Lovelace")
    with lose_events(quick):
        quick.put(quick.key_for(user, ".png"), picture)
    scheduler = make_client(make_session(), "scheduler", quick.aws.endpoint)
    timer = read_timer(quick)
    now = f"at({datetime.now(UTC):%Y-%m-%dT%H:%M:%S})"

    # A schedule of its own: MiniStack runs no schedule twice that has got another time.
    scheduler.create_schedule(
        Name="now",
        ScheduleExpression=now,
        ActionAfterCompletion="DELETE",
        **{name: timer[name] for name in KEPT},
    )

    wait_until(lambda: user.picture_object_id is not None)
    assert shows_quadrants(user)
    assert timer["ScheduleExpression"] == "cron(30 3 * * ? *)"
    assert timer["State"] == "ENABLED"
