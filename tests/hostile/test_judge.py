"""The judge finds files that break the rule, and goes on."""

from __future__ import annotations

import pytest

from tests.hostile.child import judge_output
from tests.hostile.judge import Judge
from tests.hostile.mutations import CANARY
from tests.samples.pictures import encode, exif, photo


@pytest.mark.parametrize(
    ("order", "text"),
    [
        pytest.param(b"crash", "broken: crashed with -11", id="crash"),
        pytest.param(b"hang", "broken: it hangs", id="hang"),
        pytest.param(b"grow", "broken: too much memory", id="memory"),
    ],
)
def test_judge_fault(order: bytes, text: str) -> None:
    """A child that fails is the file's verdict, and the next file is judged."""
    with Judge("tests.hostile.faulty_child", seconds=0.8) as judge:
        failed, following = judge(order), judge(b"work")

    assert (failed.text, failed.broken) == (text, True)
    assert (following.text, following.broken) == ("made", False)


@pytest.mark.parametrize(
    ("output", "text"),
    [
        pytest.param({}, "made", id="good"),
        pytest.param({"exif": exif(1)}, "broken: the output has other", id="exif"),
        pytest.param({"comment": CANARY}, "broken: the output has other", id="comment"),
    ],
)
def test_judge_output_metadata(output: dict[str, object], text: str) -> None:
    """Metadata in a finished picture breaks the rule."""
    jpeg = encode(photo(240, 240), "JPEG", **output)

    assert judge_output(jpeg, 240).startswith(text)


def test_judge_output_damaged() -> None:
    """So do other sizes, files that do not open, and bytes behind the end."""
    jpeg = encode(photo(240, 239), "JPEG")
    square = encode(photo(240, 240), "JPEG")

    assert "not 240 px square" in judge_output(jpeg, 240)
    assert "does not open" in judge_output(jpeg[:300], 240)
    assert judge_output(square + CANARY, 240).startswith("broken: ")
