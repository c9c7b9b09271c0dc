"""Storms of a size that takes seconds; `make storm` plays the full ones."""

from __future__ import annotations

import pytest

from tests.simulation.limited import Weather
from tests.simulation.storm import HOUR, PER_MINUTE, Storm, at_once, steadily

LIMIT = Weather(per_minute=PER_MINUTE)
OUTAGE = (1 * HOUR, 13 * HOUR)
WEATHERS = [
    pytest.param(LIMIT, at_once(60), id="limit"),
    pytest.param(Weather(outage=OUTAGE), steadily(12, 14), id="down"),
    pytest.param(Weather(outage=OUTAGE, hangs=True), steadily(12, 14), id="hanging"),
]


@pytest.mark.parametrize(("weather", "moments"), WEATHERS)
def test_nothing_is_lost(weather: Weather, moments: list[float]) -> None:
    """Every picture arrives, none by way of the dead-letter queue."""
    storm = Storm(weather).play(moments)

    assert storm.missing == 0
    assert storm.service.dead == []
    assert storm.service.longest < storm.lanes.timeout


def test_limit_is_used_well() -> None:
    """Few requests are refused, and little of what is allowed is left unused."""
    storm = Storm(LIMIT).play(at_once(120))

    # The first minutes, in which all invocations compete, are lost in a small storm.
    assert storm.hours * 60 < 120 * 5 / PER_MINUTE + 5
    assert max(storm.service.receives) == 1
    assert storm.authgear.refused < 4 * 120
    assert len(storm.authgear.images) <= 1.1 * 120
