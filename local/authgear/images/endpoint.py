"""The image server over HTTP: uploads, and the pictures made of them."""

from __future__ import annotations

from flask import Response, request

from ..errors import refuse, refuse_request, unexpected
from ..project import Project
from ..responses import answer_empty, answer_json, answer_store_error
from . import signature
from .store import make_profile

MAX_SIZE = 10 * 1024 * 1024  # bytes


class ImageServer:
    """Answers the requests to `/_images/`."""

    def __init__(self, authgear: Project) -> None:
        self._authgear = authgear

    def upload(self, app_id: str, object_id: str) -> Response:
        """Store an uploaded file; Authorization is ignored, the URL is signed."""
        signature.verify(
            self._authgear.images_secret,
            host=request.host,
            path=request.path,
            query=request.args,
            now=self._authgear.clock(),
        )
        content = _read_file()
        if not self._authgear.images.available:
            raise unexpected()
        self._authgear.images.add(object_id, content)
        self._authgear.changes.announce()
        uri = f"authgearimages:///{app_id}/{object_id}"
        return answer_json({"result": {"url": uri}})

    def show(self, app_id: str, object_id: str, variant: str) -> Response:
        """Show an image, as it was uploaded or as a profile picture."""
        authgear = self._authgear
        if authgear.images_cdn_host not in (None, request.host):
            answer = answer_empty(302)
            target = request.full_path.removesuffix("?")
            origin = f"{request.scheme}://{authgear.images_cdn_host}"
            answer.headers["Location"] = origin + target
            return answer
        if not authgear.images.available:
            raise unexpected()
        key = f"{app_id}/{object_id}"
        if "Authorization" in request.headers:
            # The store sees two ways of authentication, its own URL being signed.
            message = "request has multiple authentication types"
            return answer_store_error(400, "InvalidRequest", message, key)
        if app_id != authgear.app_id or object_id not in authgear.images:
            message = "The specified key does not exist."
            return answer_store_error(404, "NoSuchKey", message, key)
        if variant not in ("original", "profile"):
            return answer_empty(404)
        return _answer_image(authgear.images[object_id], variant)


def _read_file() -> bytes:
    """Return the form's one file; refuse what is wrong, in the real server's order."""
    if request.mimetype != "multipart/form-data":
        refuse("invalid content-type")
    files = [part for _, part in request.files.items(multi=True) if part.filename]
    if len({part.name for part in files}) != 1:
        refuse("expected exactly 1 file part")
    if files[0].name != "file" or len(files) != 1:
        refuse("invalid file field")
    content: bytes = files[0].read()
    if not 0 < len(content) <= MAX_SIZE:
        # An empty file too is "too large"; contract: upload.empty_file.
        refuse_request("asset too large")
    return content


def _answer_image(original: bytes, variant: str) -> Response:
    """Answer with an image."""
    # The product uploads JPEG alone.
    shown = original if variant == "original" else make_profile(original)
    return Response(shown, content_type="image/jpeg") if shown else answer_empty(502)
