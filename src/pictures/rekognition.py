"""
Ask Amazon Rekognition's DetectFaces where the faces of a picture are.

A picture goes there as a small JPEG of our own, so that every format is possible, no
metadata is sent, and the answer has shares of the upright picture. After a failure the
picture is cut as without faces.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from .faces import focus_on, read_faces
from .model import Focus, Overview

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

# Rekognition takes no picture with a shorter side (its guidelines and quotas, in px).
SHORTEST = 80

MOST_KNOWN = 10_000  # answers that are kept, a few hundred bytes each

FALLBACKS = {
    "AccessDeniedException": "rekognition-denied",
    "ProvisionedThroughputExceededException": "rekognition-throttled",
    "ThrottlingException": "rekognition-throttled",
}


class FaceFinder:
    """
    Asks Rekognition where the faces are.

    The same picture is asked about once: while Authgear is down it is made again every
    quarter of an hour, and each question costs.

    Args:
        rekognition: The client; its time-outs and retries bound every call.
        zoom: The share of the square's height that the largest face is to fill; 0 does
            not come closer to it.
    """

    def __init__(self, rekognition: RekognitionClient, zoom: float = 0.0) -> None:
        self._rekognition = rekognition
        self._zoom = zoom
        self._known: dict[bytes, Focus] = {}

    def find(self, picture: Overview) -> Focus:
        """
        Return where to cut a picture; a failure is a reason in the result.

        Args:
            picture: The whole of it, upright.
        """
        if min(picture.size) < SHORTEST:
            return Focus(fallback="too-small")
        key = hashlib.sha256(picture.data).digest()
        if key in self._known:
            return self._known[key]
        try:
            answer = self._rekognition.detect_faces(Image={"Bytes": picture.data})
            faces = read_faces(answer)
        except Exception as error:  # noqa: BLE001 - botocore raises anything on an answer of another shape
            return Focus(fallback=_explain(error))
        focus = focus_on(faces, picture.size, self._zoom)
        if len(self._known) == MOST_KNOWN:
            del self._known[next(iter(self._known))]
        self._known[key] = focus
        return focus


def _explain(error: Exception) -> str:
    """Return why there is no usable answer."""
    if isinstance(error, ClientError):
        code = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        other = "rekognition-unavailable" if status >= 500 else "rekognition-refused"
        return FALLBACKS.get(code, other)
    if isinstance(error, BotoCoreError | HTTPError | OSError):
        return "rekognition-unavailable"
    return "rekognition-unexpected"
