"""The chunks of WebP files (RFC 9649)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_CHUNKS = 50_000  # an animation has one a frame

RIFF_HEADER = 12  # bytes before the first chunk
PICTURES = {b"VP8 ", b"VP8L"}
# Flags of VP8X: animation and transparency decide how pixels are read; what else it
# announces is left out.
KEPT_FLAGS = 0x12


class TooManyChunks(Exception):
    """Raised for a file that nobody made: 8 bytes are a chunk."""


@dataclass(slots=True)
class WebPParts:
    """
    What is wanted of a file.

    Args:
        needed: The chunks that the pixels need, a still picture's own as the last.
        frames: How many of them are pictures of an animation.
        missing: How many bytes the last one lacks.
        icc: The colour profile; empty if there is none.
        exif: The EXIF block; empty if there is none.
    """

    needed: list[bytes] = field(default_factory=list)
    frames: int = 0
    missing: int = 0
    icc: bytes = b""
    exif: bytes = b""

    def join(self, padding: bytes = b"\0") -> bytes:
        """Return a file of what is needed, what it lacks replaced by a byte."""
        body = b"WEBP" + b"".join(self.needed) + padding * self.missing
        body += b"\0" * (len(body) % 2)
        return b"RIFF" + len(body).to_bytes(4, "little") + body


def read_chunks(data: memoryview, max_frames: int) -> WebPParts:
    """
    Return what is wanted of a file; everything else is passed over unread.

    Args:
        data: The whole file.
        max_frames: Of an animation, from the first on.

    Raises:
        TooManyChunks: It has more than `MAX_CHUNKS`.
    """
    parts, has_picture = WebPParts(), False
    for kind, start, length in _walk(data):
        chunk = data[start : start + length]
        if kind == b"VP8X" and not parts.needed and length >= 10:
            kept = bytes((chunk[0] & KEPT_FLAGS,)) + chunk[1:]
            parts.needed.append(_pack(kind, kept))
        elif kind == b"ICCP":
            parts.icc = parts.icc or chunk.tobytes()
        elif kind == b"EXIF":
            parts.exif = parts.exif or chunk.tobytes()
        elif has_picture:
            continue
        elif kind in PICTURES and not parts.frames:
            has_picture, parts.missing = True, length - len(chunk)
            head = kind + length.to_bytes(4, "little")
            parts.needed.append(
                head + chunk + b"\0" * (length % 2 * (not parts.missing))
            )
        elif kind == b"ANMF" and parts.frames < max_frames and len(chunk) == length:
            parts.frames += 1
            parts.needed.append(_pack(kind, chunk))
        elif kind in (b"ALPH", b"ANIM") and len(chunk) == length:
            parts.needed.append(_pack(kind, chunk))
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


def _pack(kind: bytes, content: bytes | memoryview) -> bytes:
    """Return a chunk."""
    padding = b"\0" * (len(content) % 2)
    return kind + len(content).to_bytes(4, "little") + content + padding
