"""The errors of this package, with the reason that callers decide on."""

from __future__ import annotations

from outcome import Reason


class PictureError(Exception):
    """
    Raised when no picture is made; its subclasses say whose fault it is.

    Args:
        reason: The stable code.
        message: One sentence for a person; it holds nothing of the content.
    """

    def __init__(self, reason: Reason, message: str) -> None:
        self.reason = reason
        super().__init__(message)


class PictureNotMade(PictureError):
    """Raised for what is not the file's fault: another try may make the picture."""


class PictureRejected(PictureError):
    """
    Raised for bytes that no profile picture can be made from, now or later.

    Args:
        reason: The stable code.
        message: One sentence for a person; it holds nothing of the content.
        source_format: A name of `FORMATS`, once it is known.
        size: Stored width and height in px, once they are known.
    """

    def __init__(
        self,
        reason: Reason,
        message: str,
        *,
        source_format: str | None = None,
        size: tuple[int, int] | None = None,
    ) -> None:
        self.format = source_format
        self.width = size[0] if size else None
        self.height = size[1] if size else None
        super().__init__(reason, message)
