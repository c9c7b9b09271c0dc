"""Files of as many parts as their limit on bytes allows, and false sizes."""

from __future__ import annotations

import struct
import zlib

from PIL import Image

from tests.samples.box_files import box, patch
from tests.samples.pictures import PICTURES, encode, good, quadrants
from tests.samples.png_files import RGB, chunk, frame_control, insert, uniform

BYTES = 19_900_000  # just within the default limit
SMALL = (64).to_bytes(4) * 2


def endless() -> dict[str, bytes]:
    """Return files that take long where each part takes a while."""
    jpeg, png, gif, webp = (good()[name] for name in ("jpeg", "png", "gif", "webp"))
    head = 13 + (6 << (gif[10] & 7))
    animated = uniform(8, RGB, [b"\1\2\3"], chunk(b"acTL", b"\0\1\0\0" + bytes(4)))
    control = frame_control(0, 96, 96)
    return {
        "jpeg-comments": jpeg[:2] + fill(b"\xff\xfe\0\2") + jpeg[2:],
        "jpeg-exif": jpeg[:2] + fill(b"\xff\xe1\0\x0aExif\0\0II") + jpeg[2:],
        "jpeg-exif-long": jpeg[:2] + fill(_segment(b"Exif\0\0")) + jpeg[2:],
        "jpeg-icc": jpeg[:2] + fill(_segment(b"ICC_PROFILE\0\1\xff")) + jpeg[2:],
        "jpeg-markers": jpeg[:2] + fill(b"\xff"),
        "jpeg-zeros": jpeg[:2] + fill(b"\xff\0"),
        "jpeg-restarts": jpeg[:-2] + fill(b"\xff\xd0"),
        "png-chunks": insert(png, fill(chunk(b"tEXt"))),
        "png-idat": png[:33] + fill(chunk(b"IDAT")),
        "png-small-idat": png[:33] + fill(chunk(b"IDAT", b"\0")),
        "png-profiles": insert(png, fill(_packed(b"iCCP", b"name\0\0"))),
        "png-controls": animated[:-12] + fill(control),
        "gif-comments": gif[:head] + b"!\xfe" + fill(b"\xff" + bytes(255)),
        "gif-short-comments": gif[:head] + b"!\xfe" + fill(b"\1 "),
        "gif-controls": gif[:head] + fill(b"!\xf9\0"),
        "gif-noise": gif[:head] + fill(b"?"),
        "gif-pictures": gif[:head] + fill(_gif_picture()),
        "webp-chunks": webp[:12] + fill(b"ABCD\0\0\0\0"),
        "webp-frames": webp[:12] + fill(b"ANMF\0\0\0\0"),
        "bmp-runs": _bmp_of_runs(b"\0\0"),
        "bmp-moves": _bmp_of_runs(b"\0\2\0\0"),
    } | _boxes()


def _boxes() -> dict[str, bytes]:
    """Return AVIF and HEIC files of many boxes, and with false sizes."""
    found: dict[str, bytes] = {}
    for name in ("avif", "heic"):
        data = good()[name]
        at = data.index(b"meta") - 4
        start = data[:at]
        items = box(b"infe", b"\2\0\0\0\0\1\0\0av01")
        many = box(b"iloc", b"\1\0\0\0\0\0\xff\xff" + fill(b"\0\1\0\0\0\0\xff\xff"))
        found |= {
            f"{name}-boxes": start + fill(box(b"free", b"")),
            f"{name}-metas": start + fill(box(b"meta", bytes(4))),
            f"{name}-items": start + _meta(box(b"iinf", bytes(6) + fill(items))),
            f"{name}-pieces": start + _meta(many),
            f"{name}-tables": start + _meta(box(b"iprp", fill(_table()))),
            f"{name}-tracks": start + box(b"moov", fill(box(b"trak", b""))),
            f"{name}-units": data + fill(b"\x12\0"),
            f"{name}-circle": _circle(data),
        }
    large = encode(Image.new("RGB", (9_000, 6_000)), "AVIF", speed=10, quality=20)
    deep = (PICTURES / "avif-12-bit-alpha-largest.avif").read_bytes()
    heic = (PICTURES / "heic-10-bit-alpha-largest.heic").read_bytes()
    return found | {
        "avif-false-size": patch(large, b"ispe", 4, SMALL),
        "avif-false-size-deep": patch(deep, b"ispe", 4, SMALL),
        "heic-false-size": patch(heic, b"ispe", 4, SMALL),
    }


def fill(part: bytes) -> bytes:
    """Return a part as often as there is room for."""
    return part * (BYTES // len(part))


def _segment(content: bytes) -> bytes:
    """Return a segment of a JPEG file, as long as one can be."""
    return (
        b"\xff"
        + (b"\xe2" if b"ICC" in content else b"\xe1")
        + struct.pack(">H", 65_535)
        + content.ljust(65_533, b"\0")
    )


def _packed(kind: bytes, start: bytes) -> bytes:
    """Return a chunk that grows to a thousand times its size."""
    return chunk(kind, start + zlib.compress(bytes(3_900_000)))


def _gif_picture() -> bytes:
    """Return a picture of a GIF file that is wholly transparent."""
    clear = b"!\xf9\x04\1\0\0\0\0"
    return clear + b"\x2c" + bytes(4) + b"\x50\0\x3c\0\0\2\2\x4c\1\0"


def _bmp_of_runs(part: bytes) -> bytes:
    """Return a BMP file of run lengths that get nowhere."""
    data = bytearray(encode(quadrants().quantize(4), "BMP"))
    data[30] = 1  # the compression
    start = int.from_bytes(data[10:14], "little")
    return bytes(data[:start]) + fill(part)


def _meta(content: bytes) -> bytes:
    """Return a `meta` box."""
    return box(b"meta", bytes(4) + content)


def _table() -> bytes:
    """Return a table of properties that says it is much longer than it is."""
    return box(b"ipma", bytes(4) + b"\xff\xff\xff\xff")


def _circle(data: bytes) -> bytes:
    """Return a file whose items refer to each other, and to themselves."""
    references = b"".join(
        (14).to_bytes(4) + kind + struct.pack(">HHH", one, 1, other)
        for kind in (b"dimg", b"auxl", b"thmb", b"cdsc", b"prem")
        for one in (1, 2)
        for other in (1, 2)
    )
    at = data.index(b"iref") - 4 if b"iref" in data else data.index(b"iprp") - 4
    iref = box(b"iref", bytes(4) + references)
    end = int.from_bytes(data[at : at + 4]) + at if b"iref" in data else at
    added = len(iref) - (end - at)
    changed = data[:at] + iref + data[end:]
    meta = changed.index(b"meta") - 4
    size = int.from_bytes(changed[meta : meta + 4]) + added
    return changed[:meta] + size.to_bytes(4) + changed[meta + 4 :]
