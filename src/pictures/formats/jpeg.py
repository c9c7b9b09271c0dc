"""Open JPEG files, and skip the scans that a picture of an eighth has no use for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from typing import Any

from PIL.JpegImagePlugin import JpegImageFile

# A progressive file has about ten, and each takes a pass over all pixels.
MAX_SCANS = 200
# No file that anybody made has as many segments; the rest is taken as one.
MAX_SEGMENTS = 2_000

SCAN_BEGINS = re.compile(rb"\xff\xda\x00")
# Within a scan's data 0xff stands before a zero, another 0xff, or a restart's number.
MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
PROGRESSIVE, SCAN, END = 0xC2, 0xDA, 0xD9

EIGHTH = 8  # the smallest of the decoder's scales: a block of 8 x 8 px becomes one


class TooManyScans(Exception):
    """Raised for a file that would take hours: 75 bytes can ask for a pass."""


class JPEGFile(JpegImageFile):
    """
    A JPEG file that is decoded no further than its scale needs.

    At an eighth a component of full resolution shows the mean of each block alone. The
    scans that refine anything else are four fifths of a progressive file; without them
    the pixels are the same to the bit.
    """

    fp: BytesIO

    def _open(self) -> None:
        """Read the header, unless decoding would take for ever."""
        if len(SCAN_BEGINS.findall(self.fp.getvalue())) > MAX_SCANS:
            raise TooManyScans
        super()._open()

    def draft(self, mode: str | None, size: tuple[int, int] | None) -> Any:
        """Choose the scale by the size that is wanted."""
        drafted = super().draft(mode, size)
        if self.decoderconfig[:1] == (EIGHTH,) and "progressive" in self.info:
            self.fp = BytesIO(drop_details(self.fp.getvalue()))
        return drafted


def drop_details(data: bytes) -> bytes:
    """
    Leave out the scans of a progressive file that do not show at an eighth.

    Args:
        data: A JPEG file; one that is not whole and progressive stays as it is.
    """
    full: set[int] = set()
    view = memoryview(data)  # its slices are no copies
    kept = [view[:2]]
    for marker, segment in islice(_split(view), MAX_SEGMENTS):
        if marker == PROGRESSIVE:
            full = _full_components(segment)
        if marker != SCAN or not _is_detail(segment, full):
            kept.append(segment)
        if marker == END:
            return b"".join(kept)
    return data


def _split(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield marker and bytes of each segment, a scan's with the data that follow."""
    end = 2
    while found := MARKER.search(data, end):
        start, marker = found.start(), data[found.start() + 1]
        end = start + 2 + int.from_bytes(data[start + 2 : start + 4])
        if marker == SCAN:
            following = MARKER.search(data, end)
            end = following.start() if following else len(data)
        yield marker, data[start : start + 2] if marker == END else data[start:end]


def _full_components(frame: memoryview) -> set[int]:
    """Return the ids of the components that a frame stores at full resolution."""
    components = frame[10 : 10 + 3 * frame[9]]
    samplings = {
        component: (sampling >> 4, sampling & 15)
        for component, sampling in zip(components[::3], components[1::3], strict=False)
    }
    most = tuple(max(direction) for direction in zip(*samplings.values(), strict=True))
    return {component for component, it in samplings.items() if it == most}


def _is_detail(scan: memoryview, full: set[int]) -> bool:
    """
    Tell whether a scan only refines what blocks have beside their mean.

    A first pass is kept, whatever it is of: without any, libjpeg takes the file for an
    unfinished one and smooths the means.
    """
    count, component = scan[4], scan[5]
    first, _, approximation = scan[5 + 2 * count : 8 + 2 * count]
    return component in full and first > 0 and approximation >> 4 > 0
