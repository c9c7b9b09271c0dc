"""
The alarms on what the deployed stack did.

Invocations, their metrics and the queues' messages are the stack's own; the times
between them are those of AWS (`tests/alarms/histories.py`). The alarms on Throttles and
DestinationDeliveryFailures are in `tests/deploy/test_operation.py`: nothing here counts
those two.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from local.aws.template import TEMPLATE, read_template
from local.demo.bad_files import TEXT
from local.sample_users import create_person
from local.system import LocalSystem
from tests.alarms.alarm import Alarm, read_alarms
from tests.alarms.histories import ATTEMPTS, Queues, Run, add_event, add_run
from tests.alarms.metrics import Record
from tests.e2e.hooks import break_hook, hook_log_group, invoke_hook
from tests.e2e.quick import (
    HOOK_KEY,
    RECEIVES,
    DeadLetter,
    Invocations,
    break_key,
    count_messages,
    lose_events,
    start_resync,
)
from tests.e2e.waiting import wait_until
from tests.hook.deliveries import delivery, recorded_body

MINUTE, DAY = 60, 86_400  # seconds
Names = dict[str, str]
PROPERTIES = {
    name: it.get("Properties", {})
    for name, it in read_template(TEMPLATE.read_text())["Resources"].items()
}


@pytest.fixture(scope="module")
def names(shared_quick_system: LocalSystem) -> Names:
    """Return the name of each resource of the stack."""
    stack = shared_quick_system.stack
    resources = stack.aws.cloudformation.list_stack_resources(StackName=stack.name)
    return {
        it["LogicalResourceId"]: it["PhysicalResourceId"].rsplit("/", 1)[-1]
        for it in resources["StackResourceSummaries"]
    }


@pytest.fixture(scope="module")
def alarms(names: Names) -> dict[str, Alarm]:
    """Return the template's alarms, those that MiniStack cannot make as well."""
    return read_alarms(PROPERTIES, names)


@pytest.fixture(scope="module")
def queues(names: Names) -> Queues:
    """Return the queues, with the waits of the template."""
    return Queues.read(PROPERTIES, names)


@pytest.fixture(scope="module")
def invocations(shared_quick_system: LocalSystem) -> Invocations:
    """Return the function's invocations."""
    system = shared_quick_system
    return Invocations(system.aws, system.stack.outputs["LogGroupName"])


@pytest.fixture
def lost(dead_letter: DeadLetter, invocations: Invocations) -> list[Run]:
    """Return the runs of a picture that failed until it was a dead letter."""
    return invocations.of(dead_letter.key)[: len(ATTEMPTS) + RECEIVES]


def ringing(alarms: dict[str, Alarm], record: Record) -> set[str]:
    """Return the names of the alarms that go off."""
    return {name for name, alarm in alarms.items() if alarm.rings(record)}


def record_runs(runs: Sequence[Run], function: str) -> Record:
    """Return a record in which invocations follow each other by seconds."""
    record = Record()
    for second, run in enumerate(runs):
        add_run(record, run, second, function)
    return record


def test_one_picture_that_fails_rings_twice(
    lost: list[Run], alarms: dict[str, Alarm], queues: Queues, names: Names
) -> None:
    """After 20 minutes, and after a day; its first errors alone wake nobody."""
    record = Record()

    add_event(record, lost, queues, names["Function"])

    assert [run.is_error for run in lost] == [True] * len(ATTEMPTS) + [False] * RECEIVES
    assert ringing(alarms, record) == {"RetryQueueAlarm", "DeadLetterAlarm"}


def test_pictures_that_fail_all_the_time_ring_for_errors_too(
    lost: list[Run], alarms: dict[str, Alarm], queues: Queues, names: Names
) -> None:
    """One more picture every five minutes, for twenty minutes."""
    record = Record()

    for minute in (0, 5, 10, 15):
        add_event(record, lost, queues, names["Function"], minute * MINUTE)

    assert ringing(alarms, record) == {
        *("ErrorsAlarm", "DroppedAlarm", "RetryQueueAlarm", "DeadLetterAlarm")
    }


def test_picture_that_the_first_retry_heals_is_quiet(
    quick: LocalSystem,
    invocations: Invocations,
    alarms: dict[str, Alarm],
    queues: Queues,
    names: Names,
    picture: bytes,
) -> None:
    """It fails three times directly and once in the queue; then its cause is gone."""
    record, user = Record(), create_person(quick.authgear, "Grace Hopper")
    key = quick.key_for(user, ".png")
    break_key(quick)
    quick.put(key, picture)
    wait_until(lambda: len(invocations.of(key)) >= 4)
    quick.put_secret()
    wait_until(lambda: len(invocations.of(key)) >= 5)

    add_event(record, invocations.of(key), queues, names["Function"])

    assert user.picture_object_id
    assert ringing(alarms, record) == set()


@pytest.mark.parametrize(
    ("bad", "good", "expected"), [(6, 4, {"RejectedAlarm"}), (2, 9, set())]
)
def test_bad_files_ring_if_they_are_many(
    bad: int,
    good: int,
    expected: set[str],
    quick: LocalSystem,
    invocations: Invocations,
    alarms: dict[str, Alarm],
    names: Names,
    picture: bytes,
) -> None:
    """More than a quarter of an hour's pictures, and not only a few, are rejected."""
    known = len(invocations.runs)
    for data in [TEXT] * bad + [picture] * good:
        user = create_person(quick.authgear, "Alan Turing")
        quick.drop(quick.key_for(user, ".jpg"), data)

    record = record_runs(invocations.runs[known:], names["Function"])

    assert ringing(alarms, record) == expected


def resync(system: LocalSystem, invocations: Invocations) -> list[Run]:
    """Run a resync, and what it queues; return the runs of the resync itself."""
    known = len(invocations.runs)
    start_resync(system)

    def runs() -> list[Run]:
        return [it for it in invocations.runs[known:] if "ResyncMessages" in it.metrics]

    wait_until(lambda: any("ResyncInSync" in it.metrics for it in runs()))
    wait_until(lambda: count_messages(system, "BulkQueueUrl") == 0)
    return runs()


def test_users_out_of_sync_ring_on_the_third_day(
    quick: LocalSystem,
    invocations: Invocations,
    alarms: dict[str, Alarm],
    names: Names,
    picture: bytes,
) -> None:
    """Two days in a row may be chance, and so may two of three."""
    user = create_person(quick.authgear, "Grace Hopper")
    with lose_events(quick):
        quick.put(quick.key_for(user, ".png"), picture)
    drift = resync(quick, invocations)
    quiet = resync(quick, invocations)

    found = []
    for days in ([drift] * 3, [drift, quiet, drift, drift], [quiet] * 3):
        record = Record()
        for day, runs in enumerate(days):
            for run in runs:
                add_run(record, run, day * DAY, names["Function"])
        found.append(ringing(alarms, record))

    assert found == [{"OutOfSyncAlarm"}, set(), set()]


def test_wrong_bucket_rings(
    quick: LocalSystem,
    invocations: Invocations,
    alarms: dict[str, Alarm],
    names: Names,
    picture: bytes,
) -> None:
    """More than 50 users and a fifth of them differ: the resync holds, and says so."""
    users = [create_person(quick.authgear, f"Lost {index}") for index in range(60)]
    keys = [quick.key_for(user, ".png") for user in users]
    with lose_events(quick):
        for key in keys:
            quick.put(key, picture)
        runs = resync(quick, invocations)
        for key in keys:
            quick.delete(key)

    record = record_runs(runs, names["Function"])

    assert not any(user.picture_object_id for user in users)
    assert ringing(alarms, record) == {"ResyncHeldAlarm"}


def test_reports_that_are_lost_ring(
    quick: LocalSystem, alarms: dict[str, Alarm], names: Names
) -> None:
    """A hook function that cannot queue fails; a forged report is refused quietly."""
    function = names["HookFunction"]
    invocations = Invocations(quick.aws, hook_log_group(quick))
    known = len(invocations.runs)
    body = recorded_body("create_user")
    invoke_hook(quick, delivery(body, key=b"somebody-elses"))
    with break_hook(quick):
        invoke_hook(quick, delivery(body, key=HOOK_KEY.encode()))
    wait_until(lambda: len(invocations.runs) == known + 2)

    forged, broken = invocations.runs[known:]

    assert ringing(alarms, record_runs([forged] * 5, function)) == set()
    assert ringing(alarms, record_runs([broken], function)) == {"HookErrorsAlarm"}
