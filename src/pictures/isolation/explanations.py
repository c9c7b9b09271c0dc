"""How a worker or the decoder process ended -> the error of the picture."""

from __future__ import annotations

import signal

from outcome import Reason

from ..errors import PictureNotMade, PictureRejected
from .answers import OUT_OF_MEMORY


def explain_unavailable(why: str) -> PictureNotMade:
    """Return the error of a decoder process that cannot be used."""
    message = f"the process that decodes pictures cannot be used: {why}"
    return PictureNotMade(Reason.DECODER_UNAVAILABLE, message)


def explain_crash(how: str) -> PictureRejected:
    """Return the rejection of a file that crashed its worker, or took it over."""
    message = f"decoding the picture ended its process ({how})"
    return PictureRejected(Reason.DECODER_CRASHED, message)


def explain_exit(code: int) -> PictureRejected:
    """
    Return the rejection of a file whose worker ended without an answer.

    Args:
        code: Its exit code, negative for a signal.
    """
    if code == OUT_OF_MEMORY:
        message = "decoding the picture takes more memory than there is"
        return PictureRejected(Reason.DECODER_OUT_OF_MEMORY, message)
    if code == -signal.SIGXCPU:
        message = "decoding the picture takes too much processor time"
        return PictureRejected(Reason.DECODER_TIMEOUT, message)
    return explain_crash(
        signal.Signals(-code).name if code < 0 else f"exit code {code}"
    )
