"""What has failed for a day: the dead-letter queue, and the way back."""

from __future__ import annotations

from local.system import LocalSystem
from tests.e2e.commands import ops
from tests.e2e.faces import shows_quadrants
from tests.e2e.quick import DeadLetter, count_messages
from tests.e2e.waiting import wait_until


def test_replay_brings_a_dead_letter_back(
    quick: LocalSystem, dead_letter: DeadLetter
) -> None:
    """Its cause is gone: the command moves it to the retry queue, and that is all."""
    assert count_messages(quick, "DeadLetterQueueUrl") == 1
    assert dead_letter.user.picture_object_id is None

    result = ops(quick, "replay", "--yes")

    assert result.returncode == 0, result.stdout + result.stderr
    assert "1  secret-unreadable" in result.stdout
    assert "1 moved" in result.stdout
    assert count_messages(quick, "DeadLetterQueueUrl") == 0
    wait_until(lambda: dead_letter.user.picture_object_id is not None)
    assert shows_quadrants(dead_letter.user)
