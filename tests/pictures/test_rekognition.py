"""Rekognition is asked once, and only what it can answer; its errors are a reason."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from PIL import Image

from pictures.model import Focus, Overview
from pictures.rekognition import MOST_KNOWN, SHORTEST, FaceFinder
from tests.fakes.rekognition import FakeRekognition, face_details, recorded
from tests.samples.pictures import encode


def overview(width: int, height: int, color: str = "black") -> Overview:
    """Return a picture of one colour, as the finder gets it."""
    data = encode(Image.new("RGB", (width, height), color), "JPEG")
    return Overview(data, (width, height))


PORTRAIT = overview(600, 1_000)


def finder(*answers: dict[str, Any] | Exception) -> tuple[FaceFinder, FakeRekognition]:
    """Return a finder, and the Rekognition that it asks."""
    rekognition = FakeRekognition(*answers)
    client: Any = rekognition
    return FaceFinder(client), rekognition


def refusal(code: str, status: int = 400) -> ClientError:
    """Return an error as botocore raises it."""
    metadata: Any = {"HTTPStatusCode": status}
    error: Any = {"Error": {"Code": code}, "ResponseMetadata": metadata}
    return ClientError(error, "DetectFaces")


@pytest.mark.parametrize(
    ("answer", "fallback"),
    [
        (recorded("none"), "no-face"),
        (face_details((0.4, 0.1, 0.6, 0.3), confidence=50), "no-face"),
        (refusal("AccessDeniedException"), "rekognition-denied"),
        (refusal("ThrottlingException"), "rekognition-throttled"),
        (refusal("ProvisionedThroughputExceededException"), "rekognition-throttled"),
        (refusal("InvalidImageFormatException"), "rekognition-refused"),
        (refusal("InternalServerError", 500), "rekognition-unavailable"),
        (ReadTimeoutError(endpoint_url="https://r"), "rekognition-unavailable"),
        ({}, "rekognition-unexpected"),
        ({"FaceDetails": None}, "rekognition-unexpected"),
        (AttributeError("of botocore's parser"), "rekognition-unexpected"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_find_falls_back(answer: dict[str, Any] | Exception, fallback: str) -> None:
    """For any answer, or none, nothing is raised and the reason is given."""
    faces, _ = finder(answer)

    assert faces.find(PORTRAIT) == Focus(fallback=fallback)


def test_find_does_not_ask_about_what_is_too_small() -> None:
    """A picture that Rekognition would refuse costs no request."""
    faces, rekognition = finder()

    focus = faces.find(overview(SHORTEST - 1, 900))

    assert focus == Focus(fallback="too-small")
    assert rekognition.jpegs == []


def test_find_asks_once_about_a_picture() -> None:
    """The same picture, made again while Authgear is down, costs no second request."""
    faces, rekognition = finder()
    one, other = PORTRAIT, overview(600, 1_000, "red")

    found = [faces.find(one), faces.find(other), faces.find(one), faces.find(other)]

    assert found[:2] == found[2:]
    assert len(rekognition.jpegs) == 2


def test_find_asks_again_after_an_error() -> None:
    """A failure is not remembered."""
    faces, _ = finder(refusal("ThrottlingException"))

    assert faces.find(PORTRAIT).fallback == "rekognition-throttled"
    assert faces.find(PORTRAIT).fallback == "no-face"


def test_find_forgets_the_oldest() -> None:
    """The cache of answers does not grow forever."""
    faces, rekognition = finder()
    faces._known = {bytes([i // 256, i % 256]): Focus() for i in range(MOST_KNOWN)}

    faces.find(PORTRAIT)

    assert len(faces._known) == MOST_KNOWN
    assert bytes(2) not in faces._known
    assert len(rekognition.jpegs) == 1
