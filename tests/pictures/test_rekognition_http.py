"""The finder of faces with botocore's own client, from the request to the answer."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from pictures.profile_picture import PictureSpec, make_profile_picture
from pictures.rekognition import FaceFinder
from tests.fakes.rekognition import face_details, real_client
from tests.samples.pictures import encode, photo


@pytest.mark.parametrize(
    ("status", "body", "fallback"),
    [
        (200, b'{"FaceDetails": []}', "no-face"),
        (400, b'{"__type": "AccessDeniedException"}', "rekognition-denied"),
        (400, b'{"__type": "InvalidImageFormatException"}', "rekognition-refused"),
        (400, b'{"__type": "ThrottlingException"}', "rekognition-throttled"),
        (500, b"<html>", "rekognition-unavailable"),
        (200, b"", "rekognition-unexpected"),
        (200, b"{}", "rekognition-unexpected"),
        (200, b'{"FaceDetails": "none"}', "rekognition-unexpected"),
        (200, b'{"FaceDetails": {"0": 1}}', "rekognition-unexpected"),
        (200, b'{"FaceDetails": [{"BoundingBox": [1]}]}', "rekognition-unexpected"),
        (200, b'{"FaceDetails": [{"Confidence": "sure"}]}', "no-face"),
        (200, b'{"FaceDetails": [{"Confidence": NaN}]}', "no-face"),
        (200, b"<html>", "rekognition-unexpected"),
    ],
    ids=[
        *("none", "denied", "refused", "throttled", "down", "empty", "no-details"),
        *("text-for-list", "object-for-list", "list-for-box", "text-for-number"),
        *("not-a-number", "html"),
    ],
)
def test_faces_over_http(status: int, body: bytes, fallback: str) -> None:
    """With any answer on the wire, the picture is still made with the real client."""
    data = encode(photo(200, 300), "PNG")
    finder = FaceFinder(real_client(status, body))

    made = make_profile_picture(data, PictureSpec(), finder.find)

    assert made.focus.fallback == fallback
    assert made.data == make_profile_picture(data, PictureSpec()).data


def test_faces_over_http_found() -> None:
    """The real client asks as its model says, and its answer is understood."""
    requests: list[Any] = []
    body = json.dumps(face_details((0.2, 0.8, 0.6, 1.0))).encode()
    finder = FaceFinder(real_client(200, body, requests))

    made = make_profile_picture(
        encode(photo(200, 300), "PNG"), PictureSpec(), finder.find
    )

    assert made.crop_position == 1
    (request,) = requests
    assert request.headers["X-Amz-Target"] == b"RekognitionService.DetectFaces"
    assert re.fullmatch(rb'\{"Image": ?\{"Bytes": ?"[A-Za-z0-9+/=]+"\}\}', request.body)
