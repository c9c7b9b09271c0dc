"""What the page shows of a picture's original, with faces looked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.page.originals import Originals
from local.sample_users import create_person
from local.system import LocalSystem
from tests.samples.pictures import encode, photo


@pytest.fixture(scope="module")
def looking_system() -> Iterator[LocalSystem]:
    """Run a system whose function looks for faces, where there is no Rekognition."""
    with LocalSystem.start(parameters={"CropPosition": "face"}) as system:
        yield system


def test_original_tells_why_it_is_cut_as_auto(looking_system: LocalSystem) -> None:
    """The page shows the part that was cut out, and why it is not around a face."""
    user = create_person(looking_system.authgear, "Ada Lovelace")
    data = encode(photo(200, 300), "PNG")

    settled = looking_system.drop(f"pictures/{user.id}.png", data)

    original = Originals(looking_system).describe(settled.facts["object_id"])
    assert settled.reason == "picture-set"
    assert settled.facts["crop_fallback"] == "rekognition-refused"
    assert original is not None
    assert original["crop_fallback"] == "rekognition-refused"
    assert original["frame"] == pytest.approx([0, 20 / 300, 1, 220 / 300])
