"""Pictures for tests, good and broken, made when they are asked for."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from local.paths import ROOT

PHOTOS = ROOT / "local" / "pictures"
PICTURES = Path(__file__).parent
HEIC = PICTURES / "sample.heic"

SECRET = "taken at home"  # what no profile picture may hold  # noqa: S105
RED, GREEN, BLUE, GRAY = (220, 40, 40), (40, 180, 40), (40, 40, 220), (230, 230, 230)
ORIENTATION, MAKER = 0x0112, 0x010F  # EXIF tags


def photo(width: int, height: int) -> Image.Image:
    """Return a photograph cut and scaled to a size."""
    with Image.open(PHOTOS / "astronaut.png") as source:
        return ImageOps.fit(source.convert("RGB"), (width, height))


def mosaic(width: int, height: int) -> Image.Image:
    """Return a picture of a size that is as sharp as it can be: a photo, repeated."""
    tile, picture = photo(512, 512), Image.new("RGB", (width, height))
    for top in range(0, height, 512):
        for left in range(0, width, 512):
            picture.paste(tile, (left, top))
    return picture


def quadrants(width: int = 80, height: int = 60) -> Image.Image:
    """Return a picture of four colours: red and green above, blue and gray below."""
    colours = Image.new("RGB", (2, 2))
    for i, colour in enumerate((RED, GREEN, BLUE, GRAY)):
        colours.putpixel((i % 2, i // 2), colour)
    return colours.resize((width, height), Image.Resampling.NEAREST)


def ramp(width: int, height: int) -> Image.Image:
    """Return a picture that is black at the top and white at the bottom."""
    return Image.linear_gradient("L").resize((width, height)).convert("RGB")


def encode(picture: Image.Image, name: str, **options: Any) -> bytes:
    """Return the file of a picture in a format that Pillow writes."""
    file = BytesIO()
    picture.save(file, name, **options)
    return file.getvalue()


def exif(orientation: int) -> Image.Exif:
    """Return EXIF with an orientation and a secret."""
    tags = Image.Exif()
    tags[ORIENTATION], tags[MAKER] = orientation, SECRET
    return tags


def xmp(orientation: int) -> bytes:
    """Return XMP with an orientation and a secret."""
    start = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description'
    return f'{start} tiff:Orientation="{orientation}">{SECRET}</x:xmpmeta>'.encode()


def text(content: str) -> PngInfo:
    """Return a text block of a PNG file."""
    block = PngInfo()
    block.add_text("Comment", content)
    return block


def png_header(width: int, height: int) -> bytes:
    """Return a PNG file that claims a size, and holds next to no pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(900))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body))
        + kind
        + body
        + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def good() -> dict[str, bytes]:
    """Return a small file of every kind that is accepted, by a name for its test."""
    colour, secret = quadrants(), exif(1)
    gray, alpha = colour.convert("L"), colour.convert("RGBA")
    return {
        "jpeg": encode(colour, "JPEG", exif=secret, comment=SECRET),
        "jpeg-progressive": encode(colour, "JPEG", progressive=True, xmp=xmp(1)),
        "jpeg-gray": encode(gray, "JPEG"),
        "jpeg-cmyk": encode(colour.convert("CMYK"), "JPEG"),
        "jpeg-mpo": encode(
            colour, "MPO", save_all=True, append_images=[gray.convert("RGB")]
        ),
        "png": encode(colour, "PNG", exif=secret, pnginfo=text(SECRET)),
        "png-alpha": encode(alpha, "PNG"),
        "png-gray": encode(gray, "PNG"),
        "png-gray-alpha": encode(colour.convert("LA"), "PNG"),
        "png-16-bit": encode(Image.new("I;16", (80, 60), 40_000), "PNG"),
        "png-1-bit": encode(gray.convert("1"), "PNG", transparency=1),
        "png-palette": encode(colour.quantize(4), "PNG", transparency=b"\x80\xff"),
        "png-animated": encode(colour, "PNG", save_all=True, append_images=[gray]),
        "webp": encode(colour, "WEBP", exif=secret, xmp=xmp(1)),
        "webp-lossless": encode(alpha, "WEBP", lossless=True),
        "webp-animated": encode(
            colour, "WEBP", save_all=True, append_images=[gray.convert("RGB")]
        ),
        "gif": encode(colour, "GIF", comment=SECRET),
        "gif-animated": encode(colour, "GIF", save_all=True, append_images=[gray]),
        "avif": encode(colour, "AVIF", exif=secret, xmp=xmp(1)),
        "avif-alpha": encode(alpha, "AVIF"),
        "heic": HEIC.read_bytes(),
        "bmp": encode(colour, "BMP"),
    }


def foreign() -> dict[str, bytes]:
    """Return files that are none of the accepted kinds."""
    colour = quadrants()
    return {
        "text": b"I am not a picture, whatever my name is.\n" * 9,
        "html": b"<!doctype html><title>Not found</title>",
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
        "json": b'{"picture": null}',
        "pdf": encode(colour, "PDF"),
        "tiff": encode(colour, "TIFF"),
        "eps": encode(colour, "EPS"),
        "ico": encode(colour, "ICO"),
        "ppm": encode(colour, "PPM"),
        "jpeg2000": encode(colour, "JPEG2000"),
        "zip": b"PK\x03\x04" + bytes(60),
        "mp4": b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42" + bytes(60),
        "wav": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(60),
        "ftyp-without-brands": b"\x00\x00\x00\x08ftypavif" + bytes(60),
        "one-byte": b"\xff",
    }


def broken() -> dict[str, bytes]:
    """Return files that begin as a picture and cannot be decoded."""
    samples = good()
    names = ("jpeg", "png", "webp", "gif", "avif", "heic", "bmp")
    cut = {
        f"{name}-cut": samples[name][: len(samples[name]) * 2 // 3] for name in names
    }
    # Its metadata come behind the pixels; of a BMP's rows the half would be enough.
    for name, share in (("webp", 0.3), ("bmp", 0.4)):
        cut[f"{name}-cut"] = samples[name][: int(len(samples[name]) * share)]
    begun = {f"{name}-begun": samples[name][:24] for name in names}
    return cut | begun | {"png-without-pixels": png_header(900, 900)}
