"""Rekognition: one that sees patches as faces, and the real client with an answer."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO
from typing import Any

import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from PIL import Image, ImageChops

from local.paths import ROOT
from tests.samples.pictures import BLUE, GREEN, RED

ANSWERS = ROOT / "tests" / "samples" / "rekognition-answers.json"

Shares = tuple[float, float, float, float]  # left, top, right, bottom


class FakeRekognition:
    """
    Answers as botocore's client does: each red, green or blue patch is a face.

    Args:
        answers: What it says instead, one answer or error after another.
    """

    def __init__(self, *answers: dict[str, Any] | Exception) -> None:
        self.answers = list(answers)
        self.jpegs: list[bytes] = []

    @property
    def seen(self) -> Image.Image:
        """The picture that it was asked about last."""
        return Image.open(BytesIO(self.jpegs[-1]), formats=["JPEG"])

    def detect_faces(self, *, Image: dict[str, bytes]) -> dict[str, Any]:  # noqa: N803 - botocore's name
        """Look at a picture."""
        self.jpegs.append(Image["Bytes"])
        if not self.answers:
            return face_details(*find_patches(self.seen).values())
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def recorded(name: str) -> dict[str, Any]:
    """Return an answer of the file that says where each is from."""
    answer: dict[str, Any] = json.loads(ANSWERS.read_text())[name]["answer"]
    return answer


def face_details(*boxes: Shares, confidence: float = 99.9) -> dict[str, Any]:
    """Return the answer that says there are faces in these boxes."""
    return {
        "FaceDetails": [
            {
                "BoundingBox": {
                    "Left": left,
                    "Top": top,
                    "Width": right - left,
                    "Height": bottom - top,
                },
                "Confidence": confidence,
            }
            for left, top, right, bottom in boxes
        ]
    }


def find_patches(picture: Image.Image) -> dict[tuple[int, int, int], Shares]:
    """Return where each colour is in a picture, as shares of its width and height."""
    found = {}
    channels = picture.convert("RGB").split()
    for colour in (RED, GREEN, BLUE):
        masks = [
            channel.point([255 if abs(v - value) < 70 else 0 for v in range(256)])
            for channel, value in zip(channels, colour, strict=True)
        ]
        mask = ImageChops.darker(ImageChops.darker(masks[0], masks[1]), masks[2])
        box = mask.getbbox()
        if box:
            width, height = picture.size
            left, top, right, bottom = box
            found[colour] = left / width, top / height, right / width, bottom / height
    return found


class _Body(io.BytesIO):
    """The body of an answer, as urllib3 hands it to botocore."""

    def stream(self) -> Iterator[bytes]:
        """Return all of it at once."""
        yield self.read()


@lru_cache  # what it has read of botocore's models is read once
def session() -> botocore.session.Session:
    """Return what makes real clients."""
    return botocore.session.Session()


def real_client(
    status: int, body: bytes, requests: list[AWSPreparedRequest] | None = None
) -> Any:
    """
    Return botocore's own client, to every request of which there is one answer.

    Args:
        status: The HTTP status.

        body: As it comes over the wire.

        requests: Takes what would have been sent.
    """
    client = session().create_client(
        "rekognition",
        config=Config(retries={"total_max_attempts": 1}),
        region_name="us-east-1",
        aws_access_key_id="id",
        aws_secret_access_key="key",  # noqa: S106 - opens nothing
    )

    def answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        if requests is not None:
            requests.append(request)
        return AWSResponse(request.url, status, HTTPHeaders(), _Body(body))

    handler: Any = answer  # what it returns is the answer, which its type does not say
    client.meta.events.register("before-send.rekognition", handler)
    return client
