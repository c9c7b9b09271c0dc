"""A dry run only reports what would be done."""

from __future__ import annotations

from authgear import Budget
from sync.decide import Policy
from tests.grid.stage import KEY, USER_ID, Stage, picture


def report(stage: Stage) -> tuple[str, str]:
    """Run without changes; return the outcome, and reason and detail."""
    budget = Budget(deadline=stage.clock() + 50, clock=stage.clock)
    line = stage.function.reconciler.reconcile(KEY, budget, dry_run=True)[0]
    result = line.result
    return result.outcome, f"{result.reason}: {result.detail or result.reason.meaning}"


def assert_nothing_changed(stage: Stage) -> None:
    """Check that Authgear and the tags were only read."""
    assert set(stage.authgear.steps) <= {"read", "mark"}
    assert "put_object_tagging" not in stage.s3.calls


def test_dry_run_of_new_picture_changes_nothing() -> None:
    """A dry run reports the picture that it would set."""
    stage = Stage()

    code, text = report(stage)

    assert (code, text) == ("ignored", "dry-run: the picture would be set")
    assert_nothing_changed(stage)


def test_dry_run_of_picture_in_step_says_so() -> None:
    """A dry run reports users in sync as a real run does."""
    stage = Stage()
    stage.invoke()
    stage.authgear.steps.clear()
    stage.s3.calls.clear()

    _, text = report(stage)

    assert text.startswith("in-sync: ")
    assert_nothing_changed(stage)


def test_dry_run_of_bad_file_tells_the_rejection() -> None:
    """A bad file is reported, and its tag is not written."""
    stage = Stage()
    stage.s3.put(KEY, b"no picture")

    code, text = report(stage)

    assert code == "rejected"
    assert text.startswith("not-a-picture: ")
    assert_nothing_changed(stage)


def test_dry_run_for_unknown_user_tells_the_rejection() -> None:
    """A user who does not exist is found out."""
    stage = Stage()
    del stage.authgear.users[USER_ID]

    code, text = report(stage)

    assert code == "rejected"
    assert text.startswith("unknown-user: ")


def test_dry_run_of_removal_changes_nothing() -> None:
    """A picture that would be removed stays."""
    stage = Stage(policy=Policy(remove_on_delete=True))
    stage.invoke()
    stage.authgear.steps.clear()
    stage.s3.calls.clear()
    stage.s3.objects.clear()

    _, text = report(stage)

    assert text == "dry-run: the picture would be removed"
    assert stage.authgear.picture_of(USER_ID)
    assert_nothing_changed(stage)


def test_older_picture_would_be_set_in_place_of_a_bad_file() -> None:
    """The object's own result is reported, as in a real run; no tag is written."""
    stage = Stage()
    stage.s3.put(KEY.replace("jpg", "txt"), b"no picture")
    stage.s3.objects[KEY].data = picture("blue")

    _, text = report(stage)

    assert text.startswith("dry-run: ")
    assert_nothing_changed(stage)
