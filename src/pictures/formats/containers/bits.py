"""Numbers that are stored bit by bit, as video codecs store them."""

from __future__ import annotations


class BitReader:
    """
    Reads numbers from bits; beyond the end all bits are 0.

    Args:
        data: Some bytes; a few dozen hold any header.
    """

    def __init__(self, data: bytes) -> None:
        self._bits, self._left = int.from_bytes(data), 8 * len(data)

    def read(self, width: int) -> int:
        """Return the number of the next bits."""
        self._left -= width
        if self._left < 0:
            return 0
        return self._bits >> self._left & (1 << width) - 1

    def read_golomb(self) -> int:
        """Return the number of the next Exp-Golomb code."""
        zeros = 0
        while zeros < 32 and not self.read(1):
            zeros += 1
        return (1 << zeros) - 1 + self.read(zeros)
