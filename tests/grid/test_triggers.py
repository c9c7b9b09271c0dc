"""Every shape of event, through the whole function, and the answer to its invoker."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from outcome import Reason
from sync.decide import Policy
from sync.sync_tag import TAG
from tests.fakes.authgear_server import answered
from tests.grid.stage import EVENTS, KEY, USER_ID, Stage, load_event
from triggers.sources import PicturesFailed

SHAPES = sorted(path.stem for path in EVENTS.glob("*.json"))
PICTURES = [name for name in SHAPES if name not in ("s3-test-event",)]
REMOVALS = [name for name in SHAPES if "delete" in name]


def reasons_in(answer: Any) -> list[str]:
    """Return the reason of each object in an answer of any form."""
    return [it["reason"] for it in answer["objects"]]


@pytest.mark.parametrize("name", PICTURES)
def test_event_of_any_shape_reaches_its_object(name: str) -> None:
    """However deep the envelope, the user's picture is looked at."""
    stage = Stage()

    answer = stage.invoke(load_event(name))

    assert reasons_in(answer) == ["picture-set"]
    assert stage.record["key"] == KEY


@pytest.mark.parametrize("name", PICTURES)
def test_failure_is_told_as_each_invoker_expects(name: str) -> None:
    """Raised, or named among the failures of the batch."""
    stage = Stage()
    stage.authgear.fail("read", *[answered("", 500)] * 100)
    event = load_event(name)

    answer = stage.invoke(event)

    if "sqs" in name:
        item = event["Records"][0]["messageId"]
        assert answer["batchItemFailures"] == [{"itemIdentifier": item}]
    else:
        assert isinstance(answer, PicturesFailed)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_batch_names_exactly_the_messages_that_failed(count: int) -> None:
    """Of three messages as many fail as meet the fault, even if all do."""
    stage = Stage()
    event = load_event("sqs")
    event["Records"] = [
        {**copy.deepcopy(event["Records"][0]), "messageId": str(n)} for n in range(3)
    ]
    stage.s3.fail("list_objects_v2", *[ConnectionError()] * count)

    answer = stage.invoke(event)

    failed = [it["itemIdentifier"] for it in answer["batchItemFailures"]]
    assert failed == ["0", "1", "2"][:count]
    assert len(answer["objects"]) == 3


@pytest.mark.parametrize(
    "malformed",
    [{}, {"eventSource": "aws:s3"}, None, 7, {"eventSource": "aws:s3", "s3": {}}],
    ids=["empty", "bare", "null", "number", "no-object"],
)
def test_malformed_record_does_not_take_the_good_one_along(malformed: Any) -> None:
    """It is one clear outcome; the other record's picture is set."""
    stage = Stage()
    event = load_event("s3-put")
    event["Records"].insert(0, malformed)

    answer = stage.invoke(event)

    assert reasons_in(answer) == ["unknown-event", "picture-set"]


@pytest.mark.parametrize("name", REMOVALS)
@pytest.mark.parametrize(
    ("removal", "reason"),
    [(False, Reason.OBJECT_GONE), (True, Reason.PICTURE_REMOVED)],
    ids=["kept", "removed"],
)
def test_removal_event_of_the_last_object(
    name: str, removal: bool, reason: Reason
) -> None:
    """The picture goes with it only where that is switched on."""
    stage = Stage(policy=Policy(remove_on_delete=removal))
    stage.invoke()
    before = stage.others
    del stage.s3.objects[KEY]

    answer = stage.invoke(load_event(name))

    assert reasons_in(answer) == [reason.value]
    assert bool(stage.authgear.picture_of(USER_ID)) is not removal
    assert stage.others == before


@pytest.mark.parametrize("name", REMOVALS)
def test_removal_event_with_an_older_object_left(name: str) -> None:
    """The older object's picture takes its place, and each object has its line."""
    stage = Stage(policy=Policy(remove_on_delete=True))
    older = KEY.replace(".jpg", ".old.jpg")
    stage.s3.objects[older] = stage.s3.objects.pop(KEY)

    answer = stage.invoke(load_event(name))

    assert reasons_in(answer) == ["object-gone", "picture-set"]
    assert [record["key"] for record in stage.records] == [KEY, older]


@pytest.mark.parametrize("name", SHAPES)
def test_bucket_that_is_not_ours_is_left_alone(name: str) -> None:
    """Only the bucket of the settings is read, for an event of any sender."""
    stage = Stage()
    text = (EVENTS / f"{name}.json").read_text()
    foreign = text.replace("pictures-example", "pictures-foreign")

    answer = stage.invoke(json.loads(foreign))

    expected = "test-event" if name == "s3-test-event" else "other-bucket"
    assert reasons_in(answer) == [expected]
    assert stage.s3.calls == []
    assert stage.authgear.steps == []
    assert TAG not in stage.s3.objects[KEY].tags
