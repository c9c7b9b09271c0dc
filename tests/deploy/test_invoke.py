"""`make invoke`: one event, the answer, and the user's picture afterwards."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from local.sam.invoke import main, point_to
from tests.deploy.sam import ROOT

EVENT = ROOT / "events" / "s3-put.json"


def test_point_to_adds_and_replaces_variables(built: Path) -> None:
    """The template is the built one, except for the function's servers."""
    variables = {"AUTHGEAR_APP_ID": "demo", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}

    before = yaml.safe_load(built.read_text())
    after = yaml.safe_load(point_to(built.read_text(), variables))

    environment = after["Resources"]["Function"]["Properties"]["Environment"]
    assert variables.items() <= environment["Variables"].items()
    before["Resources"]["Function"]["Properties"]["Environment"]["Variables"] |= (
        variables
    )
    assert after == before


def test_invoke_without_docker_shows_what_happened(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The person who typed it sees the outcome and the user with the picture."""
    status = main([str(EVENT), "--no-docker"])

    shown = capsys.readouterr().out
    assert status == 0
    assert '"outcome": "synced"' in shown
    assert '"picture": "http://127.0.0.1:' in shown


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, "there is no event"), ("{", "is no JSON: Expecting property name")],
    ids=["no-file", "no-json"],
)
def test_wrong_event_is_one_sentence(
    content: str | None,
    sentence: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is reported before anything is started."""
    event = tmp_path / "event.json"
    if content:
        event.write_text(content)

    status = main([str(event)])

    shown = capsys.readouterr().err
    assert status == 1
    assert sentence in shown
    assert len(shown.splitlines()) == 1


def test_stopped_docker_daemon_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A docker that cannot reach its daemon is reported, with the way without it."""
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\necho Cannot connect to the Docker daemon >&2\nexit 1")
    docker.chmod(0o755)
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{tmp_path}{os.pathsep}{before}"
    try:
        status = main([str(EVENT)])
    finally:
        os.environ["PATH"] = before

    shown = capsys.readouterr().err
    assert status == 1
    assert "make invoke DOCKER=no" in shown
    assert len(shown.splitlines()) == 1
