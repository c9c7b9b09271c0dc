"""Open JPEG files, and skip the scans that a picture of an eighth has no use for."""

from __future__ import annotations

import re
from io import BytesIO
from itertools import islice
from typing import Any

from PIL.JpegImagePlugin import JpegImageFile

from .containers.exif import read_orientation
from .containers.jpeg_segments import (
    BASELINE,
    END,
    MAX_SEGMENTS,
    PROGRESSIVE,
    SCAN,
    has_every_mean,
    read_header,
    split,
)
from .partial import PartialFile, Tiles

# A progressive file has about ten, and each takes a pass over all pixels.
MAX_SCANS = 200
SCAN_BEGINS = re.compile(rb"\xff\xda\x00")

EIGHTH = 8  # the smallest of the decoder's scales: a block of 8 x 8 px becomes one
# A baseline file is decoded row by row at its scale: the pixels that are stored cost
# time alone, a second for about 200 megapixels.
STORED_SHARE = 8


class TooManyScans(Exception):
    """Raised for a file that would take hours: 75 bytes can ask for a pass."""


class JPEGFile(PartialFile, JpegImageFile):
    """
    A JPEG file that is decoded no further than its scale needs.

    At an eighth a component of full resolution shows the mean of each block alone. The
    scans that refine anything else are four fifths of a progressive file; without them
    the pixels are the same to the bit.

    Pillow and libjpeg see none of its metadata.
    """

    fp: BytesIO
    _is_ending = False

    def _open(self) -> None:
        """Read the header, unless decoding would take forever."""
        data = self.fp.getvalue()
        header = read_header(memoryview(data))
        self._head, self._scan, self._stream = header.needed, header.scan, self.fp
        self.fp = BytesIO(header.shape)
        super()._open()
        self._stored = self.size
        self._is_one_pass = (
            header.frame_marker in BASELINE and header.scan_components == self.layers
        )
        if not self._is_one_pass and len(SCAN_BEGINS.findall(data)) > MAX_SCANS:
            raise TooManyScans
        self.orientation = read_orientation(header.exif)
        if header.icc:
            self.info["icc_profile"] = header.icc
        self.rewind()

    @property
    def pixels_in_memory(self) -> int:
        """How many pixels decoding takes memory for, at least."""
        width, height = self._stored
        if not self._is_one_pass:
            return width * height
        if self.decoderconfig:  # the scale is chosen
            width, height = self.size
        else:
            width, height = -(-width // EIGHTH), -(-height // EIGHTH)
        return max(width * height, self._stored[0] * self._stored[1] // STORED_SHARE)

    def draft(self, mode: str | None, size: tuple[int, int] | None) -> Any:
        """Choose the scale by the size that is wanted."""
        drafted = super().draft(mode, size)
        if self.decoderconfig[:1] == (EIGHTH,) and "progressive" in self.info:
            self._stream = BytesIO(drop_details(self._get_whole()))
            self._head, self._scan = b"", 0
            self.rewind()
        return drafted

    def rewind(self) -> None:
        """Let the next decoding begin at the start of the file."""
        self.fp, self._begin, self._is_over = self._stream, self._head, False

    def load_seek(self, _: int) -> None:
        """Go to the first scan; the data before it is in memory already."""
        self.fp.seek(self._scan)

    def load_read(self, read_bytes: int) -> bytes:
        """Return the header first, then the data, then an end if one is wanted."""
        if self._begin:
            block, self._begin = self._begin, b""
            return block
        block = self.fp.read(read_bytes)
        if not block and self._is_ending and not self._is_over:
            self._is_over = True
            return bytes((0xFF, END))
        return block

    def _salvage(self, tiles: Tiles, error: OSError) -> None:
        """
        Show a file that was cut short, if enough of it is there.

        libjpeg hands out the last rows only if the end is marked, and fills those that
        it does not find with gray. The rest of two rows of blocks may be such.
        """
        missing: list[int] = []
        if self._is_one_pass:
            missing = self.find_missing(tiles)
            self.check_enough(missing, error)
            height = max(layer[2] for layer in self.layer) * 8
            lag = 2 * height // (self.decoderconfig or (1,))[0]
            missing = missing[lag:]
        elif not has_every_mean(memoryview(self._get_whole())):
            raise error
        self._is_ending = True
        self.decode_again(tiles)
        self.incomplete = True
        self.cover(missing)

    def _get_whole(self) -> bytes:
        """Return the file without its metadata."""
        return self._head + memoryview(self._stream.getvalue())[self._scan :]


def drop_details(data: bytes) -> bytes:
    """
    Leave out the scans of a progressive file that do not show at an eighth.

    Args:
        data: A JPEG file; one that is not whole and progressive stays as it is.
    """
    full: set[int] = set()
    view = memoryview(data)  # its slices are not copies
    kept = [view[:2]]
    for marker, start, end in islice(split(view), MAX_SEGMENTS):
        segment = view[start:end]
        if marker == PROGRESSIVE:
            full = _full_components(segment)
        if marker != SCAN or not _is_detail(segment, full):
            kept.append(segment)
        if marker == END:
            return b"".join(kept)
    return data


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

    The first pass of any kind is kept: without any, libjpeg takes the file for an
    unfinished one and smooths the means.
    """
    count, component = scan[4], scan[5]
    first, _, approximation = scan[5 + 2 * count : 8 + 2 * count]
    return component in full and first > 0 and approximation >> 4 > 0
