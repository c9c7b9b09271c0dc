"""What has failed for a day: the dead-letter queue, and the way back."""

from __future__ import annotations

from local.system import LocalSystem
from tests.e2e.commands import ops
from tests.e2e.faces import shows_quadrants
from tests.e2e.quick import DeadLetter, Invocations, count_messages
from tests.e2e.waiting import wait_until


def test_replay_brings_a_dead_letter_back(
    quick: LocalSystem, dead_letter: DeadLetter
) -> None:
    """Its cause is gone: the command moves it to the retry queue, and that is all."""
    group = quick.stack.outputs["LogGroupName"]
    invocations = Invocations(quick.aws, group)
    before = len(invocations.of(dead_letter.key))

    result = ops(quick, "replay", "--yes")

    assert result.returncode == 0, result.stdout + result.stderr
    assert "1  secret-unreadable" in result.stdout
    assert "1 moved" in result.stdout
    assert count_messages(quick, "DeadLetterQueueUrl") == 0
    wait_until(lambda: len(invocations.of(dead_letter.key)) > before)
    assert not invocations.of(dead_letter.key)[-1].failed
    assert shows_quadrants(dead_letter.user)
