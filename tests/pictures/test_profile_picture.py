"""The accepted files, and the finished one."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO

import pytest
from PIL import Image

from local.paths import ROOT
from pictures.profile_picture import PictureSpec, make_profile_picture
from tests.pictures.checks import NEEDED_SEGMENTS, SPEC, segments
from tests.samples.pictures import SECRET, encode, exif, good, quadrants, text, xmp

SRC = ROOT / "src"
GOOD = good()


@pytest.mark.parametrize("name", GOOD)
def test_make_profile_picture_good(name: str) -> None:
    """Every accepted kind becomes a square JPEG, and its format is named."""
    made = make_profile_picture(GOOD[name], SPEC)

    with Image.open(BytesIO(made.data)) as picture:
        assert (picture.format, picture.mode) == ("JPEG", "RGB")
        assert picture.size == (made.size, made.size) == (240, 240)
    assert made.source_format == name.split("-")[0]
    assert {made.source_width, made.source_height} == {80, 60}


def test_make_profile_picture_length_like_a_line_break() -> None:
    """Formats are recognised with any bytes where their beginning has a number."""
    webp = GOOD["webp"]
    filler = bytes((10 - len(webp)) % 256)
    body = webp[8:] + b"FILL" + len(filler).to_bytes(4, "little") + filler
    length = len(body).to_bytes(4, "little")
    assert length.startswith(b"\n")

    made = make_profile_picture(b"RIFF" + length + body, SPEC)

    assert made.source_format == "webp"


@pytest.mark.parametrize("name", GOOD)
def test_make_profile_picture_metadata(name: str) -> None:
    """Only the segments that a JPEG needs are written."""
    made = make_profile_picture(GOOD[name], SPEC)

    assert segments(made.data) == NEEDED_SEGMENTS
    assert SECRET.encode() not in made.data


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(encode(quadrants(), "JPEG", exif=exif(1)), id="jpeg-exif"),
        pytest.param(encode(quadrants(), "JPEG", comment=SECRET), id="jpeg-comment"),
        pytest.param(encode(quadrants(), "JPEG", xmp=xmp(1)), id="jpeg-xmp"),
        pytest.param(encode(quadrants(), "PNG", pnginfo=text(SECRET)), id="png-text"),
        pytest.param(encode(quadrants(), "GIF", comment=SECRET), id="gif-comment"),
    ],
)
def test_sample_holds_secret(data: bytes) -> None:
    """The samples do hold what the tests of metadata look for."""
    assert SECRET.encode() in data


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        pytest.param((1, 1), 240, id="one pixel"),
        pytest.param((100, 100), 240, id="enlarged"),
        pytest.param((4_000, 100), 240, id="enlarged by its short side"),
        pytest.param((240, 300), 240, id="as shown"),
        pytest.param((300, 300), 300, id="kept"),
        pytest.param((700, 511), 511, id="almost"),
        pytest.param((512, 512), 512, id="exact"),
        pytest.param((4_000, 3_000), 512, id="shrunk"),
        pytest.param((1, 20_000), 240, id="line down"),
        pytest.param((20_000, 1), 240, id="line across"),
    ],
)
@pytest.mark.parametrize("name", ["JPEG", "PNG"])
def test_make_profile_picture_size(
    name: str, shape: tuple[int, int], size: int
) -> None:
    """Large pictures are shrunk, small ones enlarged to what Authgear shows at most."""
    made = make_profile_picture(encode(Image.new("RGB", shape), name), SPEC)

    assert made.size == size
    assert (made.source_width, made.source_height) == shape


@pytest.mark.parametrize("size", [240, 1024])
def test_make_profile_picture_chosen_size(size: int) -> None:
    """The size is a choice."""
    data = encode(quadrants(1_300, 1_200), "JPEG")

    assert make_profile_picture(data, PictureSpec(size=size)).size == size


def test_make_profile_picture_chosen_quality() -> None:
    """The quality is a choice."""
    data = encode(Image.effect_noise((600, 600), 90), "PNG")

    files = [
        make_profile_picture(data, PictureSpec(size=1024, quality=quality)).data
        for quality in (50, 85, 95)
    ]

    assert len(files[0]) < len(files[1]) < len(files[2])


@pytest.mark.parametrize(
    ("sample", "plugins"),
    [("jpeg-gray", "Jpeg"), ("png", "Jpeg"), ("webp-lossless", "Jpeg,WebP")],
)
def test_make_profile_picture_plugins(sample: str, plugins: str) -> None:
    """Pillow's other decoders are not even loaded; no plugin reads EXIF."""
    code = (
        "import sys;"
        "from pictures.profile_picture import PictureSpec, make_profile_picture;"
        "make_profile_picture(sys.stdin.buffer.read(), PictureSpec());"
        "names = [name[4:-11] for name in sys.modules if name.endswith('ImagePlugin')];"
        "print(','.join(sorted(names)), end='')"
    )

    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code],
        input=GOOD[sample],
        env={"PYTHONPATH": str(SRC)},
        capture_output=True,
        check=True,
    )

    assert done.stdout.decode() == plugins
    assert done.stderr == b""
