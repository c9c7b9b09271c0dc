"""
Files that are small, or allowed, and would take memory or time without end.

Their kinds: pixels, bytes of metadata, numbers of segments, nesting, false sizes, time.
A title begins with its format.
"""

from __future__ import annotations

import struct
import zlib
from functools import cache

from PIL import Image

from tests.hostile.heif import (
    Item,
    box,
    grid_data,
    read_media,
    read_properties,
    size_property,
    write_heif,
)
from tests.hostile.mutations import mend
from tests.hostile.structure import parts
from tests.samples.pictures import encode, good

FULL = 19_900_000  # bytes; just below the limit of a file's
EXIF = b"\xff\xe1\0\x08Exif\0\0"  # an APP1 segment with nothing in it


@cache
def bombs() -> dict[str, bytes]:
    """Return every bomb by its title."""
    return jpeg() | png() | webp() | gif() | boxed() | circles() | false_sizes()


def fill(part: bytes, most: int = FULL) -> bytes:
    """Return a part as often as a file has room for it."""
    return part * (most // len(part))


def jpeg() -> dict[str, bytes]:
    """Return JPEG files of endless segments, and of endless scans."""
    data = good()["jpeg"]
    icc = b"\xff\xe2\0\x10ICC_PROFILE\0\1\xff"
    segments = {
        "exif-segments": fill(EXIF, 8_000_000),
        "comment-segments": fill(b"\xff\xfe\0\2"),
        "icc-segments": fill(icc),
        "app-segments": fill(b"\xff\xef\xff\xff" + bytes(65_533)),
        "photoshop-segments": fill(b"\xff\xed\0\x10Photoshop 3.0\0"),
        "tables": fill(b"\xff\xdb\0\x43\0" + b"\1" * 64),
        "fill-bytes": fill(b"\xff"),
    }
    found = {
        f"jpeg-{title}": data[:2] + it + data[2:] for title, it in segments.items()
    }
    progressive = encode(Image.new("L", (7_000, 7_000)), "JPEG", progressive=True)
    scan = progressive[progressive.rindex(b"\xff\xda") : -2]
    found["jpeg-scans"] = progressive[:-2] + fill(scan, 4_000_000) + b"\xff\xd9"
    return found


def png() -> dict[str, bytes]:
    """Return PNG files of endless chunks, and of texts that unpack to much."""
    chunk = struct.pack(">I4sI", 0, b"prVt", zlib.crc32(b"prVt"))
    text = b"Comment\0a"
    small = struct.pack(">I4s", len(text), b"tEXt") + text
    small += struct.pack(">I", zlib.crc32(b"tEXt" + text))
    packed = b"Comment\0\0" + zlib.compress(bytes(900_000), 9)
    unpacked = struct.pack(">I4s", len(packed), b"zTXt") + packed
    unpacked += struct.pack(">I", zlib.crc32(b"zTXt" + packed))
    inserted = {
        "chunks": fill(chunk),
        "texts": fill(small),
        "packed-texts": fill(unpacked, 2_000_000),
    }
    data = good()["png"]
    at = parts("png", data)[1]  # behind the header
    found = {
        f"png-{title}": data[:at] + it + data[at:] for title, it in inserted.items()
    }
    rows = zlib.compress(bytes(300_000_000), 9)
    start = data.index(b"IDAT") - 4
    body = struct.pack(">I4s", len(rows), b"IDAT") + rows + bytes(4)
    end = struct.pack(">I4s", 0, b"IEND") + bytes(4)
    found["png-rows"] = mend(data[:start] + body + end)
    return found


def webp() -> dict[str, bytes]:
    """Return WebP files of endless chunks."""
    data = good()["webp-animated"]
    body = data[12:] + fill(b"abcd" + bytes(4))
    before = data[12:30] + fill(b"abcd" + bytes(4)) + data[30:]
    return {
        f"webp-{title}": b"RIFF" + struct.pack("<I", 4 + len(it)) + b"WEBP" + it
        for title, it in (("chunks-behind", body), ("chunks-before", before))
    }


def gif() -> dict[str, bytes]:
    """Return GIF files of endless comments, extensions and blocks."""
    data = good()["gif"]
    at = parts("gif", data)[0]
    comment = b"\x21\xfe" + fill(b"\xff" + bytes(255)) + b"\0"
    inserted = {
        "comment": comment,
        "comments": fill(b"\x21\xfe\1a\0"),
        "extensions": fill(b"\x21\x01\0"),
        "controls": fill(b"\x21\xf9\4\0\0\0\0\0"),
        "one-byte-blocks": b"\x21\xfe" + fill(b"\1a") + b"\0",
    }
    return {
        f"gif-{title}": data[:at] + it + data[at:] for title, it in inserted.items()
    }


def boxed() -> dict[str, bytes]:
    """Return AVIF and HEIC files of endless boxes, items and extents."""
    found = {}
    for name in ("avif", "heic"):
        data = good()[name]
        second = parts(name, data)[1]
        found[f"{name}-boxes"] = _put_in(data, second, fill(box(b"free", b"")))
        found[f"{name}-large-box"] = data + box(b"free", bytes(FULL))
    media, properties = read_media(good()["heic"]), read_properties(good()["heic"])
    picture = Item(b"hvc1", media, [*properties[:1], size_property(64, 64)])
    found["heic-items"] = write_heif([picture, *[Item(b"Exif")] * 60_000])
    found["heic-tiles"] = write_heif(
        [
            Item(b"grid", grid_data(256, 256, 16_000, 16_000), [], [2] * 65_535),
            picture,
        ]
    )
    return found


def circles() -> dict[str, bytes]:
    """Return HEIC files whose pictures are made of themselves, or nested deeply."""
    size = [size_property(64, 64)]
    grid = grid_data(1, 1, 64, 64)

    def of(*sources: int) -> Item:
        """Return a grid of other items."""
        return Item(b"grid", grid, size, sources)

    chain = [of(number + 2) for number in range(300)]
    return {
        "heic-circle-of-one": write_heif([of(1)]),
        "heic-circle-of-two": write_heif([of(2), of(1)]),
        "heic-circle-of-many": write_heif([*chain, of(1)]),
        "heic-overlay-circle": write_heif(
            [Item(b"iovl", bytes(22), size, [1]), Item(b"iden", b"", size, [1])]
        ),
        "heic-identity-circle": write_heif(
            [Item(b"iden", b"", size, [2]), Item(b"iden", b"", size, [1])]
        ),
        # Each is made of the next one, many times: 16 to the power of 8 tiles.
        "heic-powers": write_heif(
            [
                Item(b"grid", grid_data(4, 4, 64, 64), size, [number + 2] * 16)
                for number in range(8)
            ]
        ),
    }


def false_sizes() -> dict[str, bytes]:
    """Return files whose header has another size than their data."""
    jpeg_, webp_ = bytearray(good()["jpeg"]), bytearray(good()["webp-animated"])
    frame = jpeg_.index(b"\xff\xc0") + 5
    jpeg_[frame : frame + 4] = b"\xff\xdc\xff\xdc"
    webp_[24:30] = b"\xff\x1f\x00\xff\x1f\x00"  # the canvas: 8192 x 8192
    found = {"jpeg-false-size": bytes(jpeg_), "webp-false-size": bytes(webp_)}
    for name in ("avif", "heic"):
        data = bytearray(good()[name])
        at = data.index(b"ispe") + 8
        data[at : at + 8] = struct.pack(">II", 7_000, 7_000)
        found[f"{name}-larger-size"] = bytes(data)
        data[at : at + 8] = struct.pack(">II", 0xFFFFFFFF, 0xFFFFFFFF)
        found[f"{name}-largest-size"] = bytes(data)
    return found


def _put_in(data: bytes, at: int, part: bytes) -> bytes:
    """Return a file with a part inserted at a place."""
    return data[:at] + part + data[at:]
