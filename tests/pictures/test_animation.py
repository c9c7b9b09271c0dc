"""GIF, WebP and AVIF: what no picture covers, and the first that shows something."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

from pictures.profile_picture import PictureSpec, make_profile_picture
from tests.pictures.checks import assert_close, centre, colour_at, show
from tests.samples.pictures import BLUE, GREEN, RED, encode, photo

BACKGROUND = (0x10, 0x20, 0x30)
CLEAR = Image.new("RGBA", (300, 300))


def gif(
    frames: list[Image.Image],
    size: tuple[int, int] = (300, 300),
    places: list[tuple[int, int]] | None = None,
    disposal: int = 1,
    background: int = 0,
) -> bytes:
    """Return a GIF file of frames that are stored as they are, at their places."""
    data = b"GIF89a" + b"".join(n.to_bytes(2, "little") for n in size)
    data += bytes((0, background, 0))
    for frame, (left, top) in zip(
        frames, places or [(0, 0)] * len(frames), strict=True
    ):
        single = encode(frame, "GIF", interlace=0, optimize=False)
        flags = single[10]
        palette = single[13 : 13 + (6 << (flags & 7))] if flags & 0x80 else b""
        start = single.index(b"\x2c\0\0\0\0", 13 + len(palette))
        clear = frame.info.get("transparency")
        control = bytes(((disposal << 2) | (clear is not None), 10, 0, clear or 0))
        data += b"!\xf9\x04" + control + b"\0"
        data += b"\x2c" + left.to_bytes(2, "little") + top.to_bytes(2, "little")
        data += single[start + 5 : start + 9] + bytes((0x80 | flags & 7,)) + palette
        data += single[start + 10 : -1]
    return data + b";"


def plain(
    colour: tuple[int, ...], size: tuple[int, int] = (300, 300), clear: bool = False
) -> Image.Image:
    """Return a frame of one colour, or one that is wholly transparent."""
    frame = Image.new("P", size, 1)
    frame.putpalette([0, 0, 0, *colour, *GREEN, *BLUE])
    if clear:
        frame.info["transparency"] = 1
    return frame


def test_gif_area_that_no_picture_covers() -> None:
    """The background is transparent for any index, with a full palette or not."""
    full = photo(100, 100).quantize(256)
    for frame, background in ((plain(RED, (100, 100)), 2), (full, 0)):
        data = gif([frame], places=[(100, 100)], background=background)

        made = show(data, background="#102030")

        for x, y in ((20, 20), (150, 20), (280, 150), (20, 150), (150, 280)):
            assert_close(colour_at(made, x, y), BACKGROUND)
    assert_close(centre(show(gif([plain(RED, (100, 100))], places=[(100, 100)]))), RED)


def test_gif_area_around_a_transparent_picture() -> None:
    """A picture with a transparent colour shows nothing around it either."""
    frame = Image.new("P", (100, 100), 2)
    frame.putpalette([0, 0, 0, *RED, *BLUE])
    frame.info["transparency"] = 1

    made = show(gif([frame], places=[(100, 100)]), background="#102030")

    assert_close(colour_at(made, 20, 20), BACKGROUND)
    assert_close(centre(made), BLUE)


def test_gif_canvas_that_is_too_small() -> None:
    """The canvas grows with the first picture."""
    for size in ((0, 0), (10, 500)):
        made = make_profile_picture(gif([plain(RED)], size), PictureSpec())

        assert (made.source_width, made.source_height) == (
            max(300, size[0]),
            max(300, size[1]),
        )


@pytest.mark.parametrize(
    "first",
    [plain(BLUE, clear=True), plain(BLUE, (1, 1)), plain(BLUE, (9, 9), clear=True)],
    ids=["transparent", "one pixel", "both"],
)
@pytest.mark.parametrize("disposal", [0, 1, 2, 3])
def test_gif_first_picture_that_shows_nothing(
    first: Image.Image, disposal: int
) -> None:
    """The first picture that shows something is taken, over what is left below."""
    second = plain(RED, (200, 200))

    made = show(gif([first, second], disposal=disposal), background="#102030")

    assert_close(colour_at(made, 150, 150), RED)
    assert_close(colour_at(made, 280, 280), BACKGROUND)


def test_gif_disposal() -> None:
    """A picture that is to be removed is not seen below the one that is shown."""
    first, second = plain(BLUE, (20, 20)), plain(RED, (200, 200))
    places = [(0, 0), (100, 100)]

    kept, cleared, restored = (
        show(gif([first, second], places=places, disposal=disposal))
        for disposal in (1, 2, 3)
    )

    assert_close(colour_at(kept, 8, 8), BLUE, within=12)
    for made in (cleared, restored):
        assert_close(colour_at(made, 8, 8), (255, 255, 255))
        assert_close(colour_at(made, 200, 200), RED)


def test_gif_that_shows_nothing_at_all() -> None:
    """Its first picture is as good as any."""
    frames = [plain(BLUE, clear=True)] * 3

    assert_close(centre(show(gif(frames), background="#102030")), BACKGROUND)


def test_gif_search_ends() -> None:
    """Not all of a long animation is decoded."""
    frames = [*[plain(BLUE, clear=True)] * 25, plain(RED)]

    assert_close(centre(show(gif(frames), background="#102030")), BACKGROUND)


def test_gif_later_picture_outside_of_the_canvas() -> None:
    """The search ends there; the first picture is shown."""
    huge = plain(RED, (301, 20))

    made = show(gif([plain(BLUE, clear=True), huge]), background="#102030")

    assert_close(centre(made), BACKGROUND)


@pytest.mark.parametrize("name", ["WEBP", "AVIF"])
def test_first_picture_that_shows_nothing(name: str) -> None:
    """It is the same with the other animated formats."""
    red = Image.new("RGBA", (300, 300), (*RED, 255))
    options: dict[str, Any] = {"lossless": True} if name == "WEBP" else {"quality": 95}
    data = encode(CLEAR, name, save_all=True, append_images=[CLEAR, red], **options)

    assert_close(centre(show(data)), RED, within=4)


@pytest.mark.parametrize("name", ["WEBP", "AVIF"])
def test_animation_that_shows_nothing_at_all(name: str) -> None:
    """Its first picture is as good as any."""
    other = Image.new("RGBA", (300, 300), (1, 1, 1, 0))
    data = encode(CLEAR, name, save_all=True, append_images=[other, CLEAR])

    assert_close(centre(show(data, background="#102030")), BACKGROUND)
