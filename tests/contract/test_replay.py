"""The emulator answers every recorded request as the real server did."""

from __future__ import annotations

import pytest

from tests.contract.comparison import describe_answer, describe_recording
from tests.contract.exchanges import replay
from tests.contract.not_followed import NOT_FOLLOWED, REASONS
from tests.contract.probes import EXCHANGES, FACTS, PROBES, Probe
from tests.contract.stage import Stage
from tests.contract.test_connection import CONNECTION_FACTS
from tests.contract.test_later_read import LATER_FACTS
from tests.contract.test_upload_fact import UPLOAD_FACTS


@pytest.mark.parametrize("probe", EXCHANGES, ids=[probe.id for probe in EXCHANGES])
def test_answer_is_as_recorded(stage: Stage, probe: Probe) -> None:
    """Status, headers and body are those of the real server."""
    answer = replay(stage, probe)

    assert describe_answer(stage, probe, answer) == describe_recording(stage, probe)


def test_every_fact_is_tested_once() -> None:
    """Each fact that is not an exchange has a test in one of the other modules."""
    tested = [*CONNECTION_FACTS, *LATER_FACTS, *UPLOAD_FACTS]

    assert sorted(tested) == sorted(probe.id for probe in FACTS)


def test_every_exception_names_a_probe() -> None:
    """The list of what is not followed names existing probes, each one once."""
    assert set(NOT_FOLLOWED) <= set(PROBES)
    assert len(NOT_FOLLOWED) == sum(len(it.split()) for it in REASONS.values())
