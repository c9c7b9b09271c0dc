"""What an upload must look like: exactly one file part named `file`."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from werkzeug.datastructures import Headers
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder

from ..errors import refuse, refuse_request, unexpected

MAX_SIZE = 10 * 1024 * 1024  # bytes


@dataclass
class FilePart:
    """One file of a multipart form."""

    name: str
    headers: Headers
    content: bytes = b""


def read_boundary(content_type: str) -> bytes:
    """Return the boundary of a multipart form."""
    media_type, options = parse_options_header(content_type)
    if media_type != "multipart/form-data":
        refuse("invalid content-type")
    if not options.get("boundary"):
        refuse("invalid boundary")
    return options["boundary"].encode()


def read_file(boundary: bytes, body: bytes, metadata: str) -> bytes:
    """
    Return the content of the one file in a form.

    Raises:
        APIError: The first thing that is wrong, in the real server's order.
    """
    files = _read_files(boundary, body)
    if len({part.name for part in files}) != 1:
        refuse("expected exactly 1 file part")
    if files[0].name != "file" or len(files) != 1:
        refuse("invalid file field")
    _check_metadata(metadata)
    if not 0 < len(files[0].content) <= MAX_SIZE:
        # An empty file too is "too large"; contract: upload.empty_file.
        refuse_request("asset too large")
    return files[0].content


def _read_files(boundary: bytes, body: bytes) -> list[FilePart]:
    """Return the parts that have a file name; the others are text."""
    decoder = MultipartDecoder(boundary)
    parts: list[FilePart] = []
    try:
        decoder.receive_data(body)
        decoder.receive_data(None)
        while not isinstance(event := decoder.next_event(), Epilogue):
            if isinstance(event, Field | File):
                named = isinstance(event, File) and event.filename
                parts.append(FilePart(event.name if named else "", event.headers))
            elif isinstance(event, Data):
                parts[-1].content += event.data
    except ValueError:
        refuse("failed to read request body")
    return [part for part in parts if part.name]


def _check_metadata(metadata: str) -> None:
    """Fail as the server does for metadata that is not base64url of JSON."""
    try:
        json.loads(base64.urlsafe_b64decode(metadata + "=" * (-len(metadata) % 4)))
    except (binascii.Error, ValueError) as error:
        raise unexpected() from error
