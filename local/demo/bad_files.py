"""Files that look like pictures to somebody who only reads their names."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from PIL import Image

TEXT = b"I am not a picture, whatever my name is.\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect/></svg>\n'
TOO_LARGE = 20_000_001  # bytes; one more than the function takes by default


def truncated_jpeg() -> bytes:
    """Return the first half of a JPEG file."""
    file = BytesIO()
    Image.radial_gradient("L").resize((600, 600)).save(file, "JPEG", quality=95)
    return file.getvalue()[: file.tell() // 2]


def png_bomb(side: int = 30_000) -> bytes:
    """Return a small PNG file, so many px a side, that decodes to billions of bytes."""
    row = bytes(1 + side * 4)
    packer = zlib.compressobj(9)
    # A few rows are enough: nobody who reads the header first goes on to them.
    pixels = b"".join(packer.compress(row) for _ in range(100)) + packer.flush()
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)),
        (b"IDAT", pixels),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    """Return a chunk of a PNG file."""
    checksum = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + checksum
