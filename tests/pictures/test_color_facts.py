"""Colours that a file names by numbers come out as Chromium 156 shows them."""

from __future__ import annotations

import math
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pictures.color import flatten
from tests.pictures.checks import Colour, assert_close, centre, colour_at, show
from tests.samples import icc_profiles
from tests.samples.pictures import encode

D65 = (0.3127, 0.3290)
SRGB = (*D65, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
P3 = (*D65, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)
LINEAR = 1.0  # a gamma

BT709, P3_NUMBER = 1, 12  # primaries
LINEAR_NUMBER, SRGB_NUMBER, PQ, HLG = 8, 13, 16, 18  # transfers

SKIN = (200, 140, 110)
SKIN_P3 = (211, 137, 104)  # what values of Display P3 look like
SKIN_LINEAR = (229, 196, 176)  # what linear light looks like


def told(colour: Colour, name: str | None, **info: Any) -> Colour:
    """Return a colour of a file of this format with these facts, in sRGB."""
    picture = Image.new("RGB", (8, 8), colour)
    picture.info = dict[Any, Any](info)
    picture.format = name
    return centre(flatten(picture, picture, "#ffffff"))


def png(picture: Image.Image, **chunks: bytes) -> bytes:
    """Return a PNG file with chunks of its own."""
    added = PngInfo()
    for name, data in chunks.items():
        added.add(name.encode(), data)
    return encode(picture, "PNG", pnginfo=added)


def fixed(*values: float) -> bytes:
    """Return numbers as gAMA and cHRM store them."""
    return struct.pack(
        f">{len(values)}I", *(round(value * 100_000) for value in values)
    )


@pytest.mark.parametrize(
    ("chunks", "stored", "expected"),
    [
        ({"gAMA": fixed(1)}, (220, 40, 40), (239, 110, 110)),
        ({"gAMA": fixed(1 / 1.8)}, (220, 40, 40), (227, 53, 53)),
        ({"gAMA": fixed(0.45455)}, (220, 40, 40), (220, 40, 40)),
        ({"gAMA": fixed(0.44)}, (220, 40, 40), (220, 40, 40)),
        ({"gAMA": fixed(0.4)}, (220, 40, 40), (217, 25, 25)),
        ({"gAMA": fixed(0.45455), "cHRM": fixed(*SRGB)}, SKIN, (201, 141, 110)),
        ({"gAMA": fixed(0.45455), "cHRM": fixed(*SRGB)}, (10, 20, 40), (3, 12, 35)),
        ({"gAMA": fixed(0.45455), "cHRM": fixed(*P3)}, SKIN, (212, 138, 104)),
        ({"cHRM": fixed(*P3)}, SKIN, SKIN),
        ({"gAMA": fixed(1), "sRGB": b"\0"}, SKIN, SKIN),
    ],
    ids=[
        "linear", "old mac", "2.2", "nearly 2.2", "2.5", "2.2 with primaries",
        "dark 2.2 with primaries", "p3", "primaries alone", "srgb goes first",
    ],
)  # fmt: skip
def test_gamma(chunks: dict[str, bytes], stored: Colour, expected: Colour) -> None:
    """The chunks gAMA, cHRM and sRGB of a PNG file count as in Chromium."""
    data = png(Image.new("RGB", (300, 300), stored), **chunks)

    assert_close(centre(show(data, quality=95)), expected, within=2)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "I;16", "1"])
def test_gamma_of_every_kind_of_png(mode: str) -> None:
    """Gray, palette and transparent pictures are converted like others."""
    gray = {"I;16": 128 * 257, "1": 1}.get(mode, 128)
    picture = (
        Image.new(mode, (300, 300), gray)
        if mode in {"I;16", "1"}
        else Image.new("L", (300, 300), gray).convert(mode)
    )

    expected = 255 if mode == "1" else 188
    made = show(png(picture, gAMA=fixed(1)))

    assert_close(centre(made), (expected,) * 3, within=2)


def test_gamma_spares_the_background() -> None:
    """Only what the file has is converted, not the colour that shows through."""
    picture = Image.new("RGBA", (300, 300), (128, 128, 128, 255))
    picture.paste((0, 0, 0, 0), (0, 0, 150, 300))

    made = show(png(picture, gAMA=fixed(1)), background="#808080")

    assert_close(colour_at(made, 30, 150), (128, 128, 128))
    assert_close(colour_at(made, 270, 150), (188, 188, 188))


@pytest.mark.parametrize(
    ("primaries", "expected"),
    [
        (1, (200, 140, 110)),
        (4, (223, 136, 104)),
        (5, (202, 140, 110)),
        (6, (197, 141, 110)),
        (7, (197, 141, 110)),
        (8, (216, 137, 105)),
        (9, (230, 130, 104)),
        (10, (255, 0, 111)),
        (11, (208, 137, 105)),
        (12, (211, 137, 104)),
        (22, (201, 141, 110)),
    ],
)
@pytest.mark.parametrize(("name", "matrix"), [("PNG", 0), ("AVIF", 6), ("HEIF", 1)])
def test_primaries(name: str, matrix: int, primaries: int, expected: Colour) -> None:
    """Each number of primaries means the colours that Chromium shows."""
    cicp = (primaries, SRGB_NUMBER, matrix, 1)

    assert_close(told(SKIN, name, cicp=cicp), expected, within=1)


@pytest.mark.parametrize(
    ("transfer", "png_shows", "avif_shows"),
    [
        (1, (134, 28), (140, 40)),
        (2, (140, 40), (140, 40)),
        (4, (141, 35), (141, 35)),
        (5, (120, 17), (120, 17)),
        (6, (134, 28), (140, 40)),
        (7, (152, 58), (152, 58)),
        (8, (196, 110), (196, 110)),
        (13, (140, 40), (140, 40)),
        (14, (134, 28), (140, 40)),
        (15, (134, 28), (140, 40)),
        (17, (132, 23), (132, 23)),
        (99, (140, 40), (140, 40)),
    ],
)
@pytest.mark.parametrize("name", ["PNG", "AVIF"])
def test_transfer(
    name: str, transfer: int, png_shows: tuple[int, ...], avif_shows: tuple[int, ...]
) -> None:
    """Each number of a transfer means the light that Chromium shows."""
    cicp = (BT709, transfer, 0, 1)
    expected = png_shows if name == "PNG" else avif_shows

    for value, shown in zip((140, 40), expected, strict=True):
        assert_close(told((value,) * 3, name, cicp=cicp), (shown,) * 3, within=1)


@pytest.mark.parametrize(
    ("name", "info", "expected"),
    [
        pytest.param(
            "PNG",
            {"cicp": (BT709, LINEAR_NUMBER, 0, 1), "icc_profile": "p3", "srgb": 0},
            SKIN_LINEAR,
            id="png: cicp first",
        ),
        pytest.param(
            "PNG",
            {"icc_profile": "p3", "srgb": 0, "gamma": LINEAR},
            SKIN_P3,
            id="png: then the profile",
        ),
        pytest.param(
            "PNG",
            {"icc_profile": "broken", "gamma": LINEAR},
            SKIN_LINEAR,
            id="png: gamma where the profile is broken",
        ),
        pytest.param(
            "PNG",
            {"icc_profile": "inks", "gamma": LINEAR},
            SKIN,
            id="png: no gamma where the profile is of another kind",
        ),
        pytest.param(
            "PNG",
            {"cicp": (BT709, SRGB_NUMBER, 0, 1), "gamma": LINEAR},
            SKIN,
            id="png: cicp of srgb overrules",
        ),
        pytest.param(
            "PNG",
            {"cicp": (P3_NUMBER, 99, 0, 1), "gamma": LINEAR},
            SKIN_LINEAR,
            id="png: no such transfer",
        ),
        pytest.param(
            "PNG",
            {"cicp": (2, SRGB_NUMBER, 0, 1), "gamma": LINEAR},
            SKIN_LINEAR,
            id="png: no such primaries",
        ),
        pytest.param(
            "PNG",
            {"cicp": (P3_NUMBER, SRGB_NUMBER, 0, 0), "gamma": LINEAR},
            SKIN_LINEAR,
            id="png: narrow range",
        ),
        pytest.param(
            "PNG",
            {"cicp": (P3_NUMBER, SRGB_NUMBER, 6, 1), "gamma": LINEAR},
            SKIN_LINEAR,
            id="png: a matrix",
        ),
        pytest.param(
            "AVIF",
            {"cicp": (BT709, LINEAR_NUMBER, 6, 0), "icc_profile": "p3"},
            SKIN_P3,
            id="avif: the profile first",
        ),
        pytest.param(
            "AVIF",
            {"cicp": (P3_NUMBER, 2, 6, 0), "icc_profile": "broken"},
            SKIN_P3,
            id="avif: then nclx, of any range",
        ),
        pytest.param("AVIF", {"cicp": (2, 2, 2, 0)}, SKIN, id="avif: unspecified"),
        pytest.param("JPEG", {"gamma": LINEAR}, SKIN, id="no png"),
    ],
)
def test_precedence(name: str, info: dict[str, Any], expected: Colour) -> None:
    """Of several facts that one counts that the format's standard puts first."""
    profiles = {
        "p3": icc_profiles.display_p3(),
        "inks": icc_profiles.orange_cyan(),
        "broken": b"not a profile",
    }
    if profile := profiles.get(info.get("icc_profile", "")):
        info = info | {"icc_profile": profile}

    assert_close(told(SKIN, name, **info), expected, within=1)


@pytest.mark.parametrize(
    "info",
    [
        {"gamma": 0.0},
        {"gamma": -1.0},
        {"gamma": math.nan},
        {"gamma": math.inf},
        {"gamma": 0.00001},
        {"gamma": 20_000.0},
        {"gamma": "1"},
        {"gamma": LINEAR, "chromaticity": (0.0,) * 8},
        {"gamma": LINEAR, "chromaticity": (math.nan,) * 8},
        {"gamma": LINEAR, "chromaticity": (*D65, 1.5, *SRGB[3:])},
        {"gamma": LINEAR, "chromaticity": (0.3, 0.0, *SRGB[2:])},
        {"gamma": LINEAR, "chromaticity": (*D65, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3)},
        {"gamma": LINEAR, "chromaticity": (*D65, 0.1, 0.1, 0.2, 0.2, 0.3, 0.3)},
        {"gamma": LINEAR, "chromaticity": (*D65, 0.1, 0.1, 0.2, 0.2003, 0.3, 0.3)},
        {"gamma": LINEAR, "chromaticity": SRGB[:6]},
        {"cicp": ()},
        {"cicp": (12, 13)},
        {"cicp": (12, 13, 0, 1, 1)},
        {"cicp": (None, None, None, None)},
    ],
    ids=str,
)
def test_broken_facts_are_ignored(info: dict[str, Any]) -> None:
    """Numbers that cannot be meant leave the colours as they are."""
    assert told(SKIN, "PNG", **info) == SKIN


@pytest.mark.parametrize("name", ["PNG", "AVIF"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_facts_of_srgb_change_nothing(name: str, mode: str) -> None:
    """A file that says it is sRGB comes out to the bit as one that says nothing."""
    picture = Image.linear_gradient("L").convert(mode)
    picture.format = name
    plain = flatten(picture, picture, "#ffffff")
    picture.info = {"cicp": (BT709, SRGB_NUMBER, 0, 1)}

    assert flatten(picture, picture, "#ffffff").tobytes() == plain.tobytes()


def test_primaries_that_are_swapped() -> None:
    """Primaries in another order exchange the colours, as the file says."""
    swapped = (*D65, *SRGB[4:6], *SRGB[2:4], *SRGB[6:])

    shown = told((220, 40, 40), "PNG", gamma=0.45455, chromaticity=swapped)

    assert_close(shown, (35, 221, 35), within=1)


numbers = st.one_of(st.floats(), st.integers(), st.none())


@given(
    st.sampled_from(["PNG", "AVIF", "GIF", None]),
    st.sampled_from(["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"]),
    st.fixed_dictionaries(
        {},
        optional={
            "cicp": st.one_of(
                st.tuples(*[st.integers(0, 255)] * 4),
                st.tuples(*[st.sampled_from([0, 1, 9, 12, 13, 16, 18])] * 4),
                st.lists(numbers),
            ),
            "gamma": numbers,
            "chromaticity": st.one_of(
                st.lists(st.floats(0, 1), min_size=8, max_size=8), st.lists(numbers)
            ),
            "srgb": st.integers(0, 255),
            "icc_profile": st.binary(max_size=200),
        },
    ),
)
def test_no_fact_is_a_reason_to_refuse(
    name: str | None, mode: str, info: dict[str, Any]
) -> None:
    """A file with any colour facts gives a picture."""
    picture = Image.new("RGB", (4, 4), SKIN).convert(mode)
    square = picture.convert("RGB") if mode in {"1", "P"} else picture
    picture.info, picture.format = dict[Any, Any](info), name

    made = flatten(square, picture, "#ffffff")

    assert (made.mode, made.size) == ("RGB", (4, 4))


def test_facts_are_not_taken_for_inks() -> None:
    """Numbers that are meant for red, green and blue do not convert inks."""
    picture = Image.new("CMYK", (4, 4), (0, 200, 200, 0))
    plain = centre(flatten(picture, picture, "#ffffff"))
    picture.info, picture.format = {"cicp": (BT709, LINEAR_NUMBER, 0, 1)}, "PNG"

    assert centre(flatten(picture, picture, "#ffffff")) == plain
