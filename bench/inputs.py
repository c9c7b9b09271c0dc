"""
Realistic pictures of any size, made from the sample photographs.

A photograph is enlarged, and gets back what enlarging takes away: fine detail, which
is that of the sample itself, mirrored and tiled, and the noise of a sensor.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageFilter, ImageOps

from local.paths import ROOT
from tests.samples.icc_profiles import display_p3

FOLDER = ROOT / "build" / "bench" / "inputs"
SAMPLES = ("astronaut.png", "coffee.png", "chelsea.png")
NOISE = 5  # standard deviation, of 255, as of a phone at ISO 100 to 400
SIDEWAYS = 6  # EXIF orientation of a phone that is held upright
PHONE = {"quality": 92, "subsampling": "4:2:0"}

# Width and height of each size of picture, by megapixels.
SIZES = {
    2: (1632, 1224),
    3: (2048, 1536),
    6: (2832, 2128),
    12: (4032, 3024),
    24: (5664, 4248),
    48: (8064, 6048),
    50: (8160, 6120),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """
    A picture file to measure with.

    Args:
        format: A name of `formats.FORMATS`.

        megapixels: A key of `SIZES`.

        variant: Its difference from others of its format and size.

        options: How Pillow saves it.
    """

    format: str
    megapixels: int
    variant: str = ""
    options: dict[str, Any]

    @property
    def name(self) -> str:
        """Its name in tables."""
        return f"{self.format} {self.megapixels} MP {self.variant}".strip()

    @property
    def path(self) -> Path:
        """Its path, once `make` has made it."""
        return FOLDER / f"{self.name.replace(' ', '-')}.{self.format}"


JPEGS = [
    Input(
        format="jpeg",
        megapixels=megapixels,
        variant=variant,
        options=PHONE | {"progressive": variant == "progressive"},
    )
    for megapixels in (2, 6, 12, 24, 48)
    for variant in ("baseline", "progressive")
]
OTHERS = [
    Input(format="png", megapixels=3, options={}),
    Input(format="webp", megapixels=12, options={"quality": 80, "method": 2}),
    Input(format="avif", megapixels=12, options={"quality": 70, "speed": 9}),
    Input(format="heic", megapixels=12, options={"quality": 60}),
    Input(format="gif", megapixels=3, options={}),
]
LARGE_PNG = Input(
    format="png", megapixels=50, variant="smooth", options={"compress_level": 3}
)


def make(wanted: Input) -> bool:
    """
    Make an input's file, unless it is there.

    Returns:
        Whether there is one now: HEIC needs an encoder.
    """
    if wanted.path.exists():
        return True
    try:
        data = _encode(wanted)
    except ImportError:
        return False
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted.path.write_bytes(data)
    return True


def photograph(
    size: tuple[int, int], sample: str, *, smooth: bool = False
) -> Image.Image:
    """Return a photograph of a size, with detail at every scale unless `smooth`."""
    source = Image.open(ROOT / "local" / "pictures" / sample).convert("RGB")
    large = ImageOps.fit(source, size, Image.Resampling.BICUBIC)
    if smooth:
        return large
    fine = ImageChops.subtract(
        source, source.filter(ImageFilter.GaussianBlur(2)), offset=128
    )
    large = ImageChops.add(large, _tile(fine, size), offset=-128)
    grain = Image.effect_noise(size, NOISE).filter(ImageFilter.GaussianBlur(0.6))
    return ImageChops.add(large, Image.merge("RGB", [grain] * 3), offset=-128)


def _tile(tile: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Cover a size with a tile, mirrored at each seam."""
    covered = Image.new("RGB", size)
    for y in range(0, size[1], tile.height):
        column = ImageOps.flip(tile) if y // tile.height % 2 else tile
        for x in range(0, size[0], tile.width):
            odd = x // tile.width % 2
            covered.paste(ImageOps.mirror(column) if odd else column, (x, y))
    return covered


def _encode(wanted: Input) -> bytes:
    """Return an input's file; photographs of a phone are turned and of wide gamut."""
    sample = SAMPLES[wanted.megapixels % len(SAMPLES)]
    smooth = wanted.variant == "smooth"
    picture = photograph(SIZES[wanted.megapixels], sample, smooth=smooth)
    options = dict(wanted.options)
    if wanted.format in ("jpeg", "heic", "avif"):
        options["icc_profile"] = display_p3()
    if wanted.format == "jpeg":
        exif = Image.Exif()
        exif[0x0112] = SIDEWAYS
        options["exif"] = exif.tobytes()
    if wanted.format == "heic":
        from pillow_heif import register_heif_opener

        register_heif_opener()
    file = BytesIO()
    picture.save(file, "HEIF" if wanted.format == "heic" else wanted.format, **options)
    return file.getvalue()
