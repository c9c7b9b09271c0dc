"""AVIF and HEIC files with other boxes than they were written with."""

from __future__ import annotations

from collections.abc import Callable


def box(kind: bytes, content: bytes) -> bytes:
    """Return a box."""
    return (8 + len(content)).to_bytes(4) + kind + content


def find_box(data: bytes, kind: bytes) -> tuple[int, int]:
    """Return start and end of the first box of a kind."""
    start = data.index(kind) - 4
    return start, start + int.from_bytes(data[start : start + 4])


def patch(data: bytes, kind: bytes, offset: int, value: bytes) -> bytes:
    """Return a file with other bytes in the content of every box of a kind."""
    changed, at = bytearray(data), 0
    while (at := data.find(kind, at)) >= 0:
        at += 4 + offset
        changed[at : at + len(value)] = value
    return bytes(changed)


def replace_meta(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """
    Return a file with another `meta` box at its end.

    The data behind the first one does not move, so that offsets stay as they are.
    """
    start, end = find_box(data, b"meta")
    meta = change(data[start + 8 : end])
    hidden = data[:start] + data[start : start + 4] + b"free" + data[start + 8 :]
    return hidden + box(b"meta", meta)


def resize(meta: bytes, path: tuple[bytes, ...], added: int) -> bytes:
    """Return a `meta` box's content, the sizes of the boxes of a path changed."""
    changed, at = bytearray(meta), 0
    for kind in path:
        at = meta.index(kind, at) - 4
        size = int.from_bytes(meta[at : at + 4]) + added
        changed[at : at + 4] = size.to_bytes(4)
        at += 8
    return bytes(changed)


def split_associations(data: bytes) -> bytes:
    """Return an AVIF file with a table of properties for each item (early encoders)."""

    def change(meta: bytes) -> bytes:
        start, end = find_box(meta, b"ipma")
        head, at, tables = meta[start + 8 : start + 12], start + 16, b""
        for _ in range(int.from_bytes(meta[start + 12 : start + 16])):
            last = at + 3 + meta[at + 2]
            tables += box(b"ipma", head + (1).to_bytes(4) + meta[at:last])
            at = last
        changed = meta[:start] + tables + meta[end:]
        return resize(changed, (b"iprp",), len(tables) - (end - start))

    return replace_meta(data, change)
