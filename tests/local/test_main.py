"""`make local` with settings; that it runs at all is shown in tests/docs."""

from __future__ import annotations

import pytest

from local.__main__ import main
from local.parameters import OWN, WrongParameters, read_parameters
from settings import VARIABLES


@pytest.mark.parametrize(
    ("assignment", "expected"),
    [
        ("PictureSize=256", {"PictureSize": "256"}),
        ("PICTURE_SIZE=256", {"PictureSize": "256"}),
        ("REMOVE_ON_DELETE=true", {"RemoveOnDelete": "true"}),
        ("KeyPattern=faces/{email}.*", {"KeyPattern": "faces/{email}.*"}),
        ("BackgroundColor=#00ff00", {"BackgroundColor": "#00ff00"}),
        ("CropPosition=33%", {"CropPosition": "33%"}),
    ],
)
def test_parameter_has_the_template_s_name_or_the_variable_s(
    assignment: str, expected: dict[str, str]
) -> None:
    """Either name, as the pages show them, is the same parameter."""
    assert read_parameters([assignment]) == expected


@pytest.mark.parametrize(
    ("assignment", "problem"),
    [
        ("PICTURE_SIZ=300", "PICTURE_SIZ is no setting"),
        ("PICTURE_SIZE=1", "PICTURE_SIZE must be a whole number from 240 to 1024"),
        ("PictureSize=", "PictureSize must be a whole number"),
        ("Overwrite=never", "Overwrite must be one of always, keep-own, if-empty"),
        ("KeyPattern=faces/*", "KeyPattern must hold one placeholder"),
        ("BackgroundColor=red", "BackgroundColor must be a colour"),
        ("REMOVE_ON_DELETE", "REMOVE_ON_DELETE must be one of true, false"),
    ],
)
def test_wrong_parameter_is_told(assignment: str, problem: str) -> None:
    """A name or value that CloudFormation would refuse is reported first."""
    with pytest.raises(WrongParameters, match=problem):
        read_parameters([assignment])


@pytest.mark.parametrize(
    "name", [*sorted(OWN), "AUTHGEAR_ENDPOINT", "AUTHGEAR_SECRET_ID", "BUCKET_NAME"]
)
def test_parameter_that_leads_elsewhere_is_refused(name: str) -> None:
    """The local system stays on this machine with any settings."""
    with pytest.raises(WrongParameters, match="stays on this machine"):
        read_parameters([f"{name}=https://example.com"])


def test_every_setting_can_be_given() -> None:
    """Each variable of the function is a parameter, or one of the system's own."""
    for name in VARIABLES:
        with pytest.raises(WrongParameters) as raised:
            read_parameters([f"{name}=\n"])
        assert "is no setting" not in str(raised.value)


def test_all_problems_are_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """They end it before anything starts, with all that is wrong."""
    with pytest.raises(SystemExit) as ended:
        main(["--set", "PICTURE_SIZ=300", "--set", "PICTURE_SIZE=1"])

    shown = capsys.readouterr().err
    assert ended.value.code == 2
    assert "PICTURE_SIZ is no setting; PICTURE_SIZE must be a whole number" in shown
    assert "docs/settings.md" in shown
