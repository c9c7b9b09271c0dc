"""A picture with malformed or huge metadata is not refused."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest

from pictures.formats.avif import AVIFFile
from pictures.formats.jpeg import JPEGFile
from pictures.formats.webp import WebPFile
from pictures.profile_picture import make_profile_picture
from tests.pictures.checks import SPEC, difference, show
from tests.samples.pictures import encode, exif, photo, xmp
from tests.samples.png_files import chunk, insert

PHOTO = photo(320, 320)
JPEG, PNG = encode(PHOTO, "JPEG", quality=92), encode(PHOTO, "PNG")
WEBP, AVIF = encode(PHOTO, "WEBP", quality=92), encode(PHOTO, "AVIF", quality=92)
NOISE = bytes(range(256)) * 4


def segment(marker: int, content: bytes) -> bytes:
    """Return a segment of a JPEG file."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


def with_segments(*segments: bytes) -> bytes:
    """Return the photograph as a JPEG file with segments behind its beginning."""
    return JPEG[:2] + b"".join(segments) + JPEG[2:]


@pytest.mark.parametrize("marker", [0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xEB, 0xEF, 0xFE])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"JFIF",
        b"JFIF\0\1\1",
        b"Adobe",
        b"Adobe\0",
        b"ICC_PROFILE\0",
        b"ICC_PROFILE\0\1",
        b"ICC_PROFILE\0\1\7profile",
        b"Photoshop 3.0\x008BIM\4",
        b"Photoshop 3.0\x008BIM\3\xed\0\0\0\0\0\1a",
        b"Exif\0\0",
        b"Exif\0\0II*\0\x08\0\0\0\xff\xff",
        b"MPF\0II",
        b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta",
        NOISE,
    ],
    ids=lambda content: content[:40].decode("latin-1"),
)
def test_jpeg_segment(marker: int, content: bytes) -> None:
    """Segments that no pixel needs may be anything."""
    made = make_profile_picture(with_segments(segment(marker, content)), SPEC)

    assert made.data == make_profile_picture(JPEG, SPEC).data


def test_jpeg_tables_are_left_to_the_decoder() -> None:
    """Pillow sees frame and scan alone, with any tables."""
    tables = segment(0xDB, b"\0" + b"\1" * 64 + b"\xff")  # one, and a part of another
    data = with_segments(tables)

    assert JPEGFile(BytesIO(data)).quantization == {}


@pytest.mark.parametrize("size", [1_000, 65_000])
def test_jpeg_of_many_exif_segments(size: int) -> None:
    """The first one gives the orientation; they are not joined."""
    first = segment(0xE1, exif(6).tobytes())
    rest = segment(0xE1, b"Exif\0\0" + bytes(size)) * 100

    picture = JPEGFile(BytesIO(with_segments(first, rest)))

    assert picture.orientation == 6
    assert "exif" not in picture.info


def test_jpeg_profile_in_parts() -> None:
    """A profile is joined in its order; without a part it is left out."""
    parts = [segment(0xE2, b"ICC_PROFILE\0" + bytes((i, 2, i))) for i in (2, 1)]

    whole = JPEGFile(BytesIO(with_segments(*parts)))
    part = JPEGFile(BytesIO(with_segments(parts[0])))

    assert whole.info["icc_profile"] == b"\1\2"
    assert "icc_profile" not in part.info


@pytest.mark.parametrize(
    "kind",
    [
        "tEXt",
        "zTXt",
        "iTXt",
        "iCCP",
        "gAMA",
        "cHRM",
        "sRGB",
        "pHYs",
        "acTL",
        "fcTL",
        "fdAT",
        "eXIf",
        "tIME",
        "bKGD",
        "sBIT",
        "hIST",
        "sPLT",
        "cICP",
        "tRNS",
        "mDCV",
        "cLLI",
        "vpAg",
    ],
)
@pytest.mark.parametrize("content", [b"", b"\1", NOISE], ids=["empty", "one", "noise"])
@pytest.mark.parametrize("crc", [None, bytes(4)], ids=["", "checksum"])
def test_png_chunk(kind: str, content: bytes, crc: bytes | None) -> None:
    """Chunks that no pixel needs may be anything, and so may their checksums."""
    data = insert(PNG, chunk(kind.encode(), content, crc))

    assert difference(show(data), show(PNG)) == 0


@pytest.mark.parametrize(
    ("kind", "start"),
    [
        (b"zTXt", b"key\0\0"),
        (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0"),
        (b"iCCP", b"name\0\0"),
    ],
)
def test_png_of_much_text(kind: bytes, start: bytes) -> None:
    """Data that grows to many times its size is not unpacked, or not far."""
    data = insert(PNG, chunk(kind, start + zlib.compress(bytes(30_000_000))))

    assert difference(show(data), show(PNG)) == 0


@pytest.mark.parametrize(
    "end",
    [b"", PNG[-12:-5], chunk(b"tEXt", NOISE)[:100], bytes(7), chunk(b"IEND") * 2],
    ids=["nothing", "part", "text", "zeros", "twice"],
)
def test_png_end(end: bytes) -> None:
    """Chunks behind the pixels do not matter."""
    made = make_profile_picture(PNG[:-12] + end, SPEC)

    assert not made.incomplete
    assert made.data == make_profile_picture(PNG, SPEC).data


def test_png_pixels_with_text_between() -> None:
    """Pixels need not be in one piece."""
    at = PNG.index(b"IDAT") - 4
    end = at + 8 + int.from_bytes(PNG[at : at + 4])
    pixels, middle = PNG[at + 8 : end], at + 8 + 1_000
    first, rest = chunk(b"IDAT", pixels[:1_000]), chunk(b"IDAT", pixels[1_000:])
    empty, text = chunk(b"IDAT"), chunk(b"tEXt", b"a\0b")

    data = PNG[:at] + first + text + empty + rest + PNG[end + 4 :]

    assert middle < end
    assert difference(show(data), show(PNG)) == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-30],
        lambda data: data + NOISE,
        lambda data: data[:4] + b"\x40\0\0\0" + data[8:],
        lambda data: data[:4] + b"\xff\xff\xff\x7f" + data[8:],
        lambda data: data.replace(b"EXIF", b"EXIF\xff\xff\xff\x7f"),
        lambda data: data.replace(b"EXIF", b"\0\0\0\0"),
        lambda data: data.replace(b"XMP ", b"VP8 "),
    ],
    ids=["cut", "tail", "too short", "too long", "chunk", "kind", "second picture"],
)
def test_webp_chunk(change: object) -> None:
    """Chunks behind the pixels of a WebP file do not matter."""
    data = encode(PHOTO, "WEBP", quality=92, exif=exif(1), xmp=xmp(1))
    assert callable(change)

    made = make_profile_picture(change(data), SPEC)

    assert not made.incomplete
    assert difference(show(change(data)), show(WEBP)) == 0


def test_webp_decoder_sees_no_metadata() -> None:
    """Orientation and profile are read apart; the rest is left out."""
    data = encode(
        PHOTO, "WEBP", exif=exif(6), xmp=xmp(3), icc_profile=b"profile", quality=92
    )

    picture = WebPFile(BytesIO(data))

    assert picture.orientation == 6
    assert picture.info["icc_profile"] == b"profile"
    assert not {"exif", "xmp"} & picture.info.keys()


@pytest.mark.parametrize("tags", [{"exif": exif(1)}, {"xmp": xmp(6)}, {}])
def test_avif_decoder_sees_no_metadata(tags: dict[str, object]) -> None:
    """Where an item is said to be, and what is there, does not matter."""
    data = encode(PHOTO, "AVIF", quality=92, **tags)
    if "exif" in tags:
        place = data.index(b"MM\0*") - 4
        data = data[:place] + b"\x7f\xff\xff\xff" + NOISE[:20] + data[place + 24 :]

    picture = AVIFFile(BytesIO(data))

    assert not {"exif", "xmp"} & picture.info.keys()
    assert difference(show(data), show(AVIF)) == 0
