"""`make invoke`: one event, the answer, and what became of the user."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml

from local.sam.invoke import main, point_to
from tests.deploy.sam import ROOT

EVENT = ROOT / "events" / "s3-put.json"


def test_point_to_adds_and_replaces_variables(built: Path) -> None:
    """The template is the built one but for the servers that the function speaks to."""
    variables = {"AUTHGEAR_APP_ID": "demo", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}

    before = yaml.safe_load(built.read_text())
    after = yaml.safe_load(point_to(built.read_text(), variables))

    environment = after["Resources"]["Function"]["Properties"]["Environment"]
    assert variables.items() <= environment["Variables"].items()
    before["Resources"]["Function"]["Properties"]["Environment"]["Variables"] |= (
        variables
    )
    assert after == before


@pytest.mark.skipif(sys.platform != "linux", reason="the emulator is for Linux")
def test_invoke_without_docker_shows_what_happened(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The person who typed it sees the outcome and the user with the picture."""
    status = main([str(EVENT), "--no-docker"])

    shown = capsys.readouterr().out
    assert status == 0
    assert '"outcome": "synced"' in shown
    assert '"picture": "http://127.0.0.1:' in shown
