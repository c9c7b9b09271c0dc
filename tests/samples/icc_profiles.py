"""Small ICC profiles, written by hand, whose effect on a colour is known."""

from __future__ import annotations

import struct

# Red, green and blue of Display P3, adapted to D50, as X, Y, Z.
P3_COLORANTS = {
    b"rXYZ": (0.51512, 0.24120, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.15710, 0.06657, 0.78407),
}
# The curve of sRGB: ((a x + b) ^ g above d, else c x), as g, a, b, c, d.
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
D50 = (0.9642, 1.0, 0.8249)


def display_p3() -> bytes:
    """Return the profile of an iPhone's pictures."""
    curve = b"para" + bytes(4) + struct.pack(">HH", 3, 0) + _fixed(*SRGB_CURVE)
    colorants = {tag: _xyz(*value) for tag, value in P3_COLORANTS.items()}
    curves = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    return _profile(b"mntr", b"RGB ", b"XYZ ", colorants | curves)


def linear_gray() -> bytes:
    """Return a profile by which a gray's value is its light: 128 looks like 188."""
    curve = b"curv" + bytes(4) + struct.pack(">I", 0)
    return _profile(b"mntr", b"GRAY", b"XYZ ", {b"kTRC": curve})


def orange_cyan() -> bytes:
    """Return a CMYK profile by which the cyan ink is orange; the others are black."""
    white, orange, black = (255, 128, 128), (166, 168, 188), (0, 128, 128)  # Lab
    corners = [orange if ink == 8 else black for ink in range(1, 16)]
    identity = bytes(range(256))
    table = b"mft1" + bytes(4) + bytes((4, 3, 2, 0))
    table += _fixed(1, 0, 0, 0, 1, 0, 0, 0, 1) + identity * 4
    table += b"".join(map(bytes, (white, *corners))) + identity * 3
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"A2B0": table})


def _profile(
    kind: bytes, colours: bytes, space: bytes, tags: dict[bytes, bytes]
) -> bytes:
    """Put a header and a table of tags before the tags."""
    tags = {b"wtpt": _xyz(*D50)} | tags
    offset = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for tag, value in tags.items():
        value += bytes(-len(value) % 4)
        table += tag + struct.pack(">II", offset + len(body), len(value))
        body += value
    header = struct.pack(
        ">I4sI4s4s4s12s4s4s12x4x4xI12s",
        offset + len(body), b"", 0x02400000, kind, colours, space,
        bytes(12), b"acsp", b"", 0, _fixed(*D50),
    ).ljust(128, b"\0")  # fmt: skip
    return header + table + body


def _xyz(x: float, y: float, z: float) -> bytes:
    """Return a tag's value that holds one colour."""
    return b"XYZ " + bytes(4) + _fixed(x, y, z)


def _fixed(*values: float) -> bytes:
    """Return numbers in ICC's fixed-point form."""
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))
