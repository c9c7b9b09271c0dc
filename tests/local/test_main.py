"""`make local` with settings; that it runs at all is shown in tests/docs."""

from __future__ import annotations

import pytest

from local.__main__ import find_problems, main


def test_settings_that_were_given_are_checked_alone() -> None:
    """What the local system sets by itself is not asked for."""
    assert find_problems({"PICTURE_SIZE": "256", "REMOVE_ON_DELETE": "true"}) == []


def test_wrong_settings_are_told_before_anything_starts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A name or value that is mistyped ends it at once, with all that is wrong."""
    with pytest.raises(SystemExit) as ended:
        main(["--set", "PICTURE_SIZ=300", "--set", "PICTURE_SIZE=1"])

    shown = capsys.readouterr().err
    assert ended.value.code == 2
    assert "PICTURE_SIZ is no setting; PICTURE_SIZE must be a whole number" in shown
    assert "docs/settings.md" in shown
