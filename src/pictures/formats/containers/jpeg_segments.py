"""The segments of JPEG files (ITU T.81, annex B)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

# No camera and no editor writes as many. Reading segments one by one takes as long as
# decoding a small picture from here on.
MAX_SEGMENTS = 2_000

# Within a scan's data 0xff is followed by a zero, another 0xff, or a restart's number.
MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
PROGRESSIVE, SCAN, END = 0xC2, 0xDA, 0xD9
BASELINE = {0xC0, 0xC1}
ALONE = {0x01, 0xD8, END}  # markers without a length
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
TABLES = {0xC4, 0xCC, 0xDB, 0xDD}  # Huffman, arithmetic, quantization, restarts
NEEDED = FRAMES | TABLES | {SCAN}
JFIF, ADOBE, EXIF, ICC = 0xE0, 0xEE, 0xE1, 0xE2
# Segments that tell how colours are stored, their beginning and least length, below
# which libjpeg passes them over.
COLOURS = {JFIF: (b"JFIF\0", 18), ADOBE: (b"Adobe", 16)}


class TooManySegments(Exception):
    """Raised for more segments than a real file has: one can be 4 bytes small."""


@dataclass(kw_only=True, slots=True)
class Header:
    """
    The needed parts of a file up to its first scan.

    Args:
        needed: The segments that the pixels need, the first scan's header included.
        shape: Of these the frame and the scan's header alone.
        scan: Offset of the first scan's data.
        frame_marker: Of the frame's kind.
        frame: The frame's segment.
        scan_components: How many components the first scan has.
        exif: The first EXIF segment's content; empty if absent.
        icc: The colour profile; empty if absent or incomplete.
    """

    needed: bytes
    shape: bytes
    scan: int
    frame_marker: int
    frame: bytes
    scan_components: int
    exif: bytes
    icc: bytes


@dataclass(slots=True)
class _Parts:
    """The segments of a header, sorted by purpose."""

    needed: list[memoryview] = field(default_factory=list)
    frames: list[memoryview] = field(default_factory=list)
    exif: bytes = b""
    profiles: list[bytes] = field(default_factory=list)

    def add(self, marker: int, segment: memoryview) -> None:
        """Keep a segment, if it is of use."""
        if marker in FRAMES:
            self.frames.append(segment)
        if marker in NEEDED or _tells_colours(marker, segment):
            self.needed.append(segment)
        elif marker == EXIF and bytes(segment[4:10]) == b"Exif\0\0":
            self.exif = self.exif or segment[4:].tobytes()
        elif (
            marker == ICC
            and bytes(segment[4:16]) == b"ICC_PROFILE\0"
            and len(segment) > 18
        ):
            self.profiles.append(segment[16:].tobytes())


def _tells_colours(marker: int, segment: memoryview) -> bool:
    """Tell whether libjpeg learns from a segment how colours are stored."""
    beginning, least = COLOURS.get(marker, (b"", 0))
    return bool(least) and len(segment) >= least and bytes(segment[4:9]) == beginning


def read_header(data: memoryview) -> Header:
    """
    Return what is wanted of a file up to its first scan.

    Raises:
        TooManySegments: It has more than `MAX_SEGMENTS`.
        SyntaxError: There is no frame or no scan.
    """
    parts = _Parts()
    for number, (marker, start, end) in enumerate(walk(data)):
        if number == MAX_SEGMENTS:
            raise TooManySegments
        segment = data[start:end]
        parts.add(marker, segment)
        if marker == SCAN and parts.frames and len(segment) > 4:
            frame = parts.frames[-1].tobytes()
            return Header(
                needed=b"\xff\xd8" + b"".join(parts.needed),
                shape=b"\xff\xd8" + frame + segment.tobytes(),
                scan=end,
                frame_marker=frame[1],
                frame=frame,
                scan_components=segment[4],
                exif=parts.exif,
                icc=_join_profile(parts.profiles),
            )
    msg = "there is no scan"
    raise SyntaxError(msg)


def walk(data: memoryview) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of each segment, a scan's without its data."""
    end = 2
    while found := MARKER.search(data, end):
        marker, start, end = _measure(data, found.start())
        if end > len(data):
            return
        yield marker, start, end


def split(data: memoryview) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of each segment, a scan's with its data."""
    end = 2
    while found := MARKER.search(data, end):
        marker, start, end = _measure(data, found.start())
        if marker == SCAN:
            following = MARKER.search(data, end)
            end = following.start() if following else len(data)
        yield marker, start, end


def has_every_mean(data: memoryview) -> bool:
    """
    Tell whether the first pass over each component of a file of many scans is whole.

    From then on every row of the picture is there; what follows refines it.
    """
    waiting: set[int] = set()
    for marker, start, end in islice(split(data), MAX_SEGMENTS):
        segment = data[start:end]
        if marker in FRAMES and len(segment) > 9:
            waiting = set(segment[10 : 10 + 3 * segment[9] : 3])
        if marker == SCAN and end < len(data):
            waiting -= _refined_first(segment)
            if not waiting:
                return True
    return False


def _refined_first(scan: memoryview) -> set[int]:
    """Return the components of which a scan holds the means, for the first time."""
    count = scan[4] if len(scan) > 4 else 0
    if len(scan) < 8 + 2 * count:
        return set()
    first, approximation = scan[5 + 2 * count], scan[7 + 2 * count]
    is_first = first == 0 and approximation >> 4 == 0
    return set(scan[5 : 5 + 2 * count : 2]) if is_first else set()


def _measure(data: memoryview, start: int) -> tuple[int, int, int]:
    """Return marker, start and end of the segment that begins at a marker."""
    marker, end = data[start + 1], start + 2
    if marker not in ALONE:
        end += max(2, int.from_bytes(data[end : end + 2]))
    return marker, start, end


def _join_profile(parts: list[bytes]) -> bytes:
    """Return the profile, unless there are not as many parts as there should be."""
    parts.sort()  # each begins with its number
    if not parts or parts[0][1] != len(parts):
        return b""
    return b"".join(part[2:] for part in parts)
