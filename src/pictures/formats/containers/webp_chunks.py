"""The chunks of WebP files (RFC 9649)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_CHUNKS = 50_000  # an animation has one a frame

RIFF_HEADER = 12  # bytes before the first chunk
PICTURES = {b"VP8 ", b"VP8L"}
# Flags of VP8X: animation and transparency decide how pixels are read; what else it
# announces is left out.
VP8_HEADER = 10  # bytes
KEPT_FLAGS, VP8X_BYTES = 0x12, 10
ZEROS = 2_000_000  # bytes; what is made up may be larger than what is missing


class TooManyChunks(Exception):
    """Raised for more chunks than a real file has: a chunk can be 8 bytes small."""


@dataclass(slots=True)
class WebPParts:
    """
    The needed parts of a file.

    Args:
        needed: The chunks that the pixels need, without a still picture's own.
        picture: The kind and the content of a still picture; empty for an animation.
        is_cut: Whether the end of its content is missing.
        frames: How many of the chunks are pictures of an animation.
        icc: The colour profile; empty if absent.
        exif: The EXIF block; empty if absent.
    """

    needed: list[bytes] = field(default_factory=list)
    picture: tuple[bytes, bytes | memoryview] = (b"", b"")
    is_cut: bool = False
    frames: int = 0
    icc: bytes = b""
    exif: bytes = b""

    @property
    def has_modes(self) -> bool:
        """
        Whether of a lossy still picture all that its pixels are predicted by is there.

        It comes first (RFC 6386, 9.1); without it, every pixel would be made up.
        """
        kind, content = self.picture
        modes = VP8_HEADER + (int.from_bytes(content[:3], "little") >> 5)
        return kind != b"VP8 " or len(content) > modes

    def join(self, padding: bytes) -> bytes:
        """
        Return a file of the needed parts.

        Args:
            padding: Replaces the missing bytes. Zeros follow,
                since a decoder refuses a picture whose data are used up.
        """
        kind, content = self.picture
        body = b"WEBP" + b"".join(self.needed)
        if self.is_cut:
            content = b"".join((content, padding, bytes(ZEROS + len(content) % 2)))
        if kind:
            body = b"".join((body, *_pack(kind, content)))
        return b"".join((b"RIFF", len(body).to_bytes(4, "little"), body))


def read_chunks(data: memoryview, max_frames: int) -> WebPParts:
    """
    Return what is wanted of a file; everything else is skipped unread.

    Args:
        data: The whole file.
        max_frames: Of an animation, from the first on.

    Raises:
        TooManyChunks: It has more than `MAX_CHUNKS`.
    """
    parts = WebPParts()
    for kind, start, length in _walk(data):
        chunk = data[start : start + length]
        is_whole = len(chunk) == length
        if kind == b"ICCP":
            parts.icc = parts.icc or chunk.tobytes()
        elif kind == b"EXIF":
            parts.exif = parts.exif or chunk.tobytes()
        elif parts.picture[0]:
            continue
        elif kind == b"VP8X" and not parts.needed and len(chunk) >= VP8X_BYTES:
            flags = bytes((chunk[0] & KEPT_FLAGS,))
            parts.needed += _pack(kind, flags + chunk[1:VP8X_BYTES])
        elif kind in PICTURES and not parts.frames:
            parts.picture, parts.is_cut = (kind, chunk), not is_whole
        elif kind == b"ANMF" and parts.frames < max_frames and is_whole:
            parts.frames += 1
            parts.needed += _pack(kind, chunk)
        elif kind in (b"ALPH", b"ANIM") and is_whole:
            parts.needed += _pack(kind, chunk)
    return parts


def _walk(data: memoryview) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and length of each chunk's content."""
    at, number = RIFF_HEADER, 0
    while at + 8 <= len(data):
        if number == MAX_CHUNKS:
            raise TooManyChunks
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4].tobytes(), at + 8, length
        at, number = at + 8 + length + length % 2, number + 1


def _pack(kind: bytes, content: bytes | memoryview) -> tuple[bytes, ...]:
    """Return the pieces of a chunk."""
    head = kind + len(content).to_bytes(4, "little")
    return head, bytes(content), b"\0" * (len(content) % 2)
