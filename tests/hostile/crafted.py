"""Files that are hostile by design; a title begins with its format."""

from __future__ import annotations

import struct
import warnings
import zlib
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.hostile.endless import endless
from tests.hostile.mutations import CANARY, mend
from tests.hostile.structure import parts
from tests.samples.pictures import PICTURES, encode, good, quadrants

EXIF = b"Exif\0\0"


@cache
def crafted() -> dict[str, bytes]:
    """Return every crafted file by its title."""
    made = shapes() | metadata() | bombs() | polyglots() | boxes() | encoded()
    return made | endless()


def shapes() -> dict[str, bytes]:
    """Return files of extreme shape, and of rare kinds of pixels."""
    found = {
        f"{name}-{width}x{height}": encode(Image.new("RGB", (width, height)), name)
        for name in ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "BMP")
        for width, height in ((1, 1), (1, 9_000), (9_000, 1))
    }
    cmyk = encode(Image.new("CMYK", (400, 400)), "JPEG", progressive=True)
    deep = encode(Image.new("I;16", (400, 400), 40_000), "PNG")
    found |= {"jpeg-cmyk": cmyk, "png-16-bit": deep}
    found |= {"png-16-bit-rgb": mend(_deep_png(400, 2, 3))}
    return {title.lower(): data for title, data in found.items()}


def looping_exif() -> bytes:
    """Return EXIF whose directory follows itself, and points outside of the file."""
    entries = (
        (0x0112, 3, 0xFFFFFFFF, 0xFFFFFFF0),  # orientation: 4 billion, far outside
        (0x8769, 4, 1, 8),  # the EXIF directory is this one
        (0x8825, 4, 1, 8),  # and the GPS directory
        (0x014A, 4, 1, 8),  # and the one below it
    )
    body = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    count = struct.pack("<H", len(entries))
    return EXIF + b"II*\0" + struct.pack("<I", 8) + count + body + struct.pack("<I", 8)


def metadata() -> dict[str, bytes]:
    """Return files whose EXIF or colour profile is broken."""
    blocks = {
        "exif-loop": {"exif": looping_exif()},
        "exif-noise": {"exif": EXIF + b"II*\0" + CANARY * 50},
        "icc-noise": {"icc_profile": CANARY * 50},
        "icc-size": {"icc_profile": b"\xff\xff\xff\xff" + bytes(124)},
    }
    with warnings.catch_warnings(action="ignore"):  # AVIF's encoder reads EXIF
        return {
            f"{name}-{title}": encode(quadrants(), name.upper(), **block)
            for name in ("jpeg", "png", "webp", "avif")
            for title, block in blocks.items()
        }


def bombs() -> dict[str, bytes]:
    """Return files that are small and would become large or long."""
    text, frames = PngInfo(), [Image.new("L", (8, 8), i % 251) for i in range(3_000)]
    text.add_text("Comment", "0" * 60_000_000, zip=True)
    first, *rest = frames
    gif = encode(first, "GIF", save_all=True, append_images=rest, duration=10)
    animated: Any = {"save_all": True, "append_images": rest[:300], "duration": 10}
    big = encode(Image.new("RGBA", (7_141, 7_141)), "PNG", compress_level=1)
    colour, wide = quadrants(), Image.new("RGB", (7_141, 7_141), "teal")
    profile = {"icc_profile": bytes(30_000_000)}
    return {
        "png-text-bomb": encode(colour, "PNG", pnginfo=text),
        "png-icc-bomb": encode(colour, "PNG", **profile),
        "png-largest": big,
        "png-16-bit-rgba-largest": mend(_deep_png(7_141, 6, 4)),
        "gif-frames": gif,
        "png-frames": encode(first, "PNG", **animated),
        "webp-frames": encode(first.convert("RGB"), "WEBP", lossless=True, **animated),
        "avif-frames": encode(first.convert("RGB"), "AVIF", speed=10, **animated),
        "gif-largest": encode(Image.new("P", (7_141, 7_141)), "GIF"),
        "webp-largest": encode(
            wide.resize((6_387, 6_387)), "WEBP", quality=10, method=0
        ),
        "avif-largest": encode(
            wide.resize((5_049, 5_049)), "AVIF", quality=10, speed=10
        ),
        "jpeg-largest": encode(Image.new("CMYK", (7_141, 7_141)), "JPEG"),
        "jpeg-progressive-largest": encode(wide, "JPEG", progressive=True),
        "jpeg-wide-largest": encode(Image.new("RGB", (56_000, 910)), "JPEG"),
        "png-key-16-bit-largest": mend(_keyed(_deep_png(5_049, 2, 3))),
        "png-cut-largest": big[: len(big) * 6 // 10],
        "webp-cut-largest": _noisy_webp(),
        "png-crc": _put(good()["png"], good()["png"].index(b"IDAT") - 8, b"\1\2\3\4"),
        "png-size": mend(_put(good()["png"], 16, b"\x7f\xff\xff\xff" * 2)),
        "gif-size": _put(good()["gif"], 6, b"\xff\xff\xff\xff"),
    }


def encoded() -> dict[str, bytes]:
    """Return files of one colour that neither Pillow nor its plugins can write."""
    return {path.stem: path.read_bytes() for path in PICTURES.glob("*-*.*")}


def polyglots() -> dict[str, bytes]:
    """Return good files that are something else as well."""
    archive = BytesIO(b"PK\x03\x04" + CANARY * 40 + b"PK\x05\x06" + bytes(18))
    tail = b"<html><body>" + CANARY + b"</body></html>" + archive.getvalue()
    return {f"{name}-polyglot": data + tail for name, data in good().items()}


def boxes() -> dict[str, bytes]:
    """Return AVIF and HEIC files with boxes in boxes, and with boxes without an end."""
    found = {}
    for name in ("avif", "heic"):
        data = good()[name]
        second = parts(name, data)[1]
        nest = b""
        for _ in range(2_000):
            nest = struct.pack(">I4sI", 12 + len(nest), b"meta", 0) + nest
        found[f"{name}-nested"] = data[:second] + nest + data[second:]
        for length in (0, 1, 7, 0xFFFFFFFF):
            found[f"{name}-length-{length}"] = _put(data, second, length.to_bytes(4))
    return found


def _deep_png(side: int, kind: int, channels: int) -> bytes:
    """Return a black PNG with two bytes a channel; little has to be compressed."""
    length, rest = divmod(side * (1 + 2 * channels * side), 101)
    packer = zlib.compressobj(1)
    rows = packer.compress(bytes(length)) + packer.flush(zlib.Z_FULL_FLUSH)
    block, last = rows[2:], bytes(rest)  # behind zlib's header
    raw = zlib.compressobj(1, wbits=-15)
    tail = raw.compress(last) + raw.flush()
    adler = (side * (1 + 2 * channels * side) % 65_521) << 16 | 1  # RFC 1950, of zeros
    body = rows[:2] + block * 101 + tail + struct.pack(">I", adler)
    header = struct.pack(">IIBBBBB", side, side, 16, kind, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + bytes(4) for name, data in chunks
    )


def _keyed(png: bytes) -> bytes:
    """Return a PNG file of 16 bits in which black is transparent."""
    return png[:33] + struct.pack(">I", 6) + b"tRNS" + bytes(10) + png[33:]


def _noisy_webp() -> bytes:
    """Return a WebP file whose last rows are missing."""
    noise = Image.effect_noise((400, 400), 90).convert("RGB")
    picture = noise.resize((6_387, 6_386), Image.Resampling.NEAREST)
    data = encode(picture, "WEBP", quality=1, method=0)
    return data[: len(data) * 8 // 10]


def _put(data: bytes, at: int, value: bytes) -> bytes:
    """Return a file with other bytes at a place."""
    return data[:at] + value + data[at + len(value) :]
