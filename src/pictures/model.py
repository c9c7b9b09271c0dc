"""The data types of a picture's making: the wishes and the result; no decoding."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from outcome import Reason

from .errors import PictureNotMade

FORMATS = ("jpeg", "png", "webp", "gif", "avif", "heic", "bmp")


@dataclass(frozen=True, kw_only=True, slots=True)
class PictureSpec:
    """
    The wanted picture, and the accepted files.

    Args:
        size: Side of the square, in px. A source with a shorter side gives a smaller
            square, but none below the 240 px that Authgear shows.
        quality: JPEG quality.
        crop_position: The part of a high picture that is kept: 0 the top, 1
            the bottom; `None` chooses. A wide one is cut from both sides.
        background: Shows through transparent pictures; any colour Pillow understands.
        max_bytes: Larger sources are rejected.
        max_pixels: Sources that take memory for more pixels are rejected before they
            are decoded, those of some formats for more than a part of it
            (`share_of_pixels`).
        accepted_formats: Names of `FORMATS`; others are rejected before a decoder sees
            them.
        looks_into_squares: Whether a square picture is asked about too, in which faces
            can only be brought closer.
    """

    size: int = 512
    quality: int = 85
    crop_position: float | None = None
    background: str = "#ffffff"
    max_bytes: int = 20_000_000
    max_pixels: int = 51_000_000
    accepted_formats: tuple[str, ...] = FORMATS
    looks_into_squares: bool = False


@dataclass(frozen=True, slots=True)
class Overview:
    """
    The whole of a picture, small and upright.

    Args:
        data: A JPEG file without metadata.
        size: Width and height, in px.
    """

    data: bytes
    size: tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Focus:
    """
    What was found in a picture that tells where to cut it.

    Args:
        position: The share of the surplus to cut off at the left or top; `None` leaves
            it to the spec.
        faces: How many faces that is for.
        fallback: Why there is no position, if one was looked for.
        left: Where a square begins that is closer, as a share of the width.
        top: The same, as a share of the height.
        share: Its side, as a share of the shorter one; 1 if it does not come closer.
    """

    position: float | None = None
    faces: int = 0
    fallback: str = ""
    left: float = 0.0
    top: float = 0.0
    share: float = 1.0


FindFocus = Callable[[Overview], Focus]


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfilePicture:
    """
    A finished JPEG, and what it was made from.

    Args:
        data: The JPEG file.
        size: Its side, in px.
        source_format: A name of `FORMATS`.
        source_width: Width in px of the source as shown, that is turned upright.
        source_height: Height in px of the source as shown.
        crop_position: The share of its surplus that was cut off at the left or top.
        focus: The faces that were found; empty if none were looked for.
        focus_seconds: How long it was looked for; `None` if it was not.
        incomplete: Whether the file is cut short, and a part of the picture missing.
    """

    data: bytes
    size: int
    source_format: str
    source_width: int
    source_height: int
    crop_position: float
    focus: Focus = Focus()
    focus_seconds: float | None = None
    incomplete: bool = False


# Makes the picture of a file within a number of seconds. It raises `PictureRejected` if
# the file is at fault, and `PictureNotMade` if another try may succeed.
MakePicture = Callable[[bytes, float], ProfilePicture]


@dataclass(kw_only=True)
class TimedFocus:
    """
    Looks for the focus of one picture, if time is left, and measures how long it takes.

    Args:
        find_focus: Tells where to cut a picture.
        deadline: The moment after which nothing is begun.
        clock: Monotonic seconds.
        focus: What was found.
        seconds: How long it took; `None` if nothing was looked for.
    """

    find_focus: FindFocus
    deadline: float
    clock: Callable[[], float] = time.monotonic
    focus: Focus = field(default_factory=Focus)
    seconds: float | None = None

    def find(self, overview: Overview) -> Focus:
        """
        Return where to cut a picture.

        Raises:
            PictureNotMade: No time is left.
        """
        start = self.clock()
        if start >= self.deadline:
            message = "no time was left to look for faces"
            raise PictureNotMade(Reason.NOT_SETTLED, message)
        self.focus = self.find_focus(overview)
        self.seconds = self.clock() - start
        return self.focus
