"""The image server over HTTP: uploads, and the pictures made of them."""

from __future__ import annotations

import re

from flask import Response, request

from ..admin.api import find_site
from ..errors import unexpected
from ..project import Project
from ..responses import (
    answer_empty,
    answer_error,
    answer_json,
    answer_redirect,
    answer_store_error,
)
from . import signature
from .store import BrokenImageError, make_profile, sniff
from .upload import read_boundary, read_file

CACHE_CONTROL = "public, immutable, max-age=900"


class ImageServer:
    """
    Answers the requests to `/_images/`.

    Args:
        authgear: Whose images it is about.
    """

    def __init__(self, authgear: Project) -> None:
        self._authgear = authgear

    def upload(self, app_id: str, object_id: str) -> Response:
        """Store an uploaded file; Authorization is ignored, the URL is signed."""
        if request.method == "OPTIONS":
            return answer_empty(200)
        signature.verify(
            self._authgear.images_secret,
            host=find_site(self._authgear).host,
            path=request.path,
            query=request.query_string.decode(),
            now=self._authgear.clock(),
        )
        boundary = read_boundary(request.headers.get("Content-Type", ""))
        metadata = request.args.get("x-authgear-metadata", "")
        content = read_file(boundary, request.get_data(), metadata)
        if not self._authgear.images.available:
            raise unexpected()
        self._authgear.images.add(object_id, content)
        self._authgear.changes.announce()
        uri = f"authgearimages:///{app_id}/{object_id}"
        return answer_json({"result": {"url": uri}})

    def show(self, app_id: str, object_id: str, variant: str) -> Response:
        """Show an image, as it was uploaded or as a profile picture."""
        if request.method == "OPTIONS":
            return answer_empty(200)
        site = find_site(self._authgear)
        if site.cdn_host and site.cdn_host != site.host:
            target = request.full_path.removesuffix("?")
            return answer_redirect(f"{site.scheme}://{site.cdn_host}{target}", 302)
        if variant not in ("original", "profile"):
            return answer_empty(404)
        return self._fetch(app_id, object_id, variant)

    def _fetch(self, app_id: str, object_id: str, variant: str) -> Response:
        """Pass the object store's answer on."""
        images, key = self._authgear.images, f"{app_id}/{object_id}"
        if not images.available:
            return answer_error(unexpected())
        if "Authorization" in request.headers:
            # The store sees two ways of authentication, its own URL being signed.
            message = (
                "Invalid Request (request has multiple authentication types, "
                "please use one)"
            )
            return answer_store_error(
                400, "InvalidRequest", message, key, names_key=False
            )
        if app_id != self._authgear.app_id or object_id not in images:
            message = "The specified key does not exist."
            return answer_store_error(404, "NoSuchKey", message, key, names_key=True)
        return _answer_image(images[object_id], variant)


def _answer_image(original: bytes, variant: str) -> Response:
    """Answer with an image; a part of it is always one of the original."""
    part = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("Range", ""))
    if part:
        first, last = map(int, part.groups())
        return Response(
            original[first : last + 1], 206, content_type=sniff(original[first:])
        )
    if variant == "original":
        return Response(original, content_type=sniff(original))
    try:
        picture, media_type = make_profile(original)
    except BrokenImageError:
        return answer_empty(502)
    response = Response(picture, content_type=media_type)
    response.headers["Cache-Control"] = CACHE_CONTROL
    return response
