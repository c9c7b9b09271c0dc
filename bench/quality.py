"""How close the pictures are to what a full decode and one Lanczos step would give."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageCms, ImageOps

from pictures.crop import read_orientation, square_box
from pictures.formats.registry import load_decoder
from pictures.profile_picture import PictureSpec, make_profile_picture
from pictures.render import DRAFT_MARGIN, render
from tests.samples.icc_profiles import display_p3

WINDOW = np.exp(-((np.arange(11) - 5) ** 2) / (2 * 1.5**2))
WINDOW /= WINDOW.sum()
# Display P3 and sRGB -> XYZ at D65 (IEC 61966-2-1, SMPTE EG 432-1).
P3_TO_XYZ = np.array(
    [[0.48657, 0.26567, 0.19822], [0.22897, 0.69174, 0.07929], [0, 0.04511, 1.04394]]
)
SRGB_TO_XYZ = np.array(
    [
        [0.41239, 0.35758, 0.18048],
        [0.21264, 0.71517, 0.07219],
        [0.01933, 0.1192, 0.95053],
    ]
)


def similarity(path: Path) -> float:
    """
    Return SSIM of the brightness against a full decode and one Lanczos step.

    Both are compared as they are before the JPEG is written, whose loss is the same.
    """
    source = Image.open(path)
    draft = load_decoder("jpeg")(BytesIO(path.read_bytes()))
    size = source.size
    orientation = read_orientation(draft)
    enough = int(DRAFT_MARGIN * 512)
    drafted = draft.draft(None, (enough, enough))
    extent = drafted[1][2:] if drafted else size
    cut = square_box(extent, orientation, 0.5)
    made = render(draft, cut, (512, 512), orientation, "#ffffff")
    full = ImageOps.exif_transpose(source).convert("RGB")
    edge = min(full.size)
    left, top = (full.width - edge) / 2, (full.height - edge) / 2
    box = (left, top, left + edge, top + edge)
    square = full.resize((512, 512), Image.Resampling.LANCZOS, box)
    reference = _to_srgb(square, source.info.get("icc_profile"))
    return _ssim(_brightness(made), _brightness(reference))


def colour_error() -> float:
    """Return the largest delta-E (CIE 1976) of P3 colours that sRGB can show."""
    values = (40, 100, 160, 220)
    colours = [(r, g, b) for r in values for g in values for b in values]
    errors = []
    for colour in colours:
        wanted = _linear(np.array(colour) / 255) @ P3_TO_XYZ.T
        if not _is_srgb(wanted):
            continue
        file = BytesIO()
        Image.new("RGB", (240, 240), colour).save(file, "PNG", icc_profile=display_p3())
        made = make_profile_picture(file.getvalue(), PictureSpec(size=240))
        shown = Image.open(BytesIO(made.data)).getpixel((120, 120))
        found = _linear(np.array(shown) / 255) @ SRGB_TO_XYZ.T
        errors.append(float(np.linalg.norm(_lab(wanted) - _lab(found))))
    return max(errors)


def _to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert by a profile, as a whole."""
    if not profile:
        return picture
    srgb = ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(picture, BytesIO(profile), srgb)
    assert converted is not None  # noqa: S101 - it is only when done in place
    return converted


def _brightness(picture: Image.Image) -> Any:
    """Return a picture's brightness as numbers."""
    return np.asarray(picture.convert("L"), float)


def _ssim(x: Any, y: Any) -> float:
    """Return SSIM with a Gaussian window, after Wang et al. 2004."""
    mx, my = _blur(x), _blur(y)
    vx, vy = _blur(x * x) - mx * mx, _blur(y * y) - my * my
    covariance = _blur(x * y) - mx * my
    c1, c2 = 2.55**2, 7.65**2
    ratio = ((2 * mx * my + c1) * (2 * covariance + c2)) / (
        (mx * mx + my * my + c1) * (vx + vy + c2)
    )
    return float(ratio.mean())


def _blur(values: Any) -> Any:
    """Weigh each value's surroundings."""
    for axis in (0, 1):
        values = np.apply_along_axis(np.convolve, axis, values, WINDOW, "valid")
    return values


def _linear(values: Any) -> Any:
    """Return light from values of sRGB's curve."""
    curved = ((values + 0.055) / 1.055) ** 2.4
    return np.where(values <= 0.04045, values / 12.92, curved)


def _is_srgb(xyz: Any) -> bool:
    """Tell whether sRGB can show a colour."""
    rgb = np.linalg.inv(SRGB_TO_XYZ) @ xyz
    return bool((rgb >= 0).all() and (rgb <= 1).all())


def _lab(xyz: Any) -> Any:
    """Return a colour in CIE Lab, white being D65."""
    t = xyz / np.array([0.95047, 1.0, 1.08883])
    f = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])
