"""A worker: it gives up what it does not need, makes one picture, and ends."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, NoReturn

from outcome import Reason

from ..errors import PictureRejected
from ..model import Focus, Overview, PictureSpec, ProfilePicture
from .answers import OUT_OF_MEMORY, describe, describe_rejection
from .channel import Channel, ChannelClosed
from .heap import fill_heap, forget_refusals, was_refused
from .sandbox import restrict_worker

MOST_BYTES = 100_000_000  # of a file; the settings have a lower limit

MakeProfilePicture = Callable[
    [bytes, PictureSpec, Callable[[Overview], Focus] | None], ProfilePicture
]


def work(
    make: MakeProfilePicture,
    sample: bytes,
    memory: int,
    cpu_seconds: int,
    channel: Channel,
) -> NoReturn:
    """
    Make one picture, and end this process.

    Args:
        make: Makes a picture; `profile_picture.make_profile_picture`.
        sample: A picture to begin with, so that code and memory are loaded.
        memory: Bytes that the process may have.
        cpu_seconds: Processor time that it may take.
        channel: Leads to the function.
    """
    try:
        active = restrict_worker(memory, cpu_seconds)
        channel.send({"protections": active})
        fill_heap()
        make(sample, PictureSpec(), None)
        _serve(channel, make)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except ChannelClosed:  # the function ended, or has no picture left
        os._exit(0)
    os._exit(0)


def _serve(channel: Channel, make: MakeProfilePicture) -> None:
    """Wait for the picture, make it, and send the result."""
    job = channel.receive(most=MOST_BYTES)
    channel.send({"begun": True})
    spec = PictureSpec(**_with_tuples(job.header["spec"]))

    def find_focus(overview: Overview) -> Focus:
        """Have the function look for faces."""
        channel.send({"overview": True}, overview.data)
        return Focus(**channel.receive().header)

    forget_refusals()
    try:
        made = make(job.payload, spec, find_focus if job.header["looks"] else None)
    except PictureRejected as error:
        answer = describe_rejection(error)
        if error.reason is Reason.BROKEN_PICTURE and was_refused():
            answer["rejected"] = Reason.DECODER_OUT_OF_MEMORY
            answer["message"] = "decoding the picture takes more memory than there is"
    except (MemoryError, ChannelClosed):
        raise
    except Exception as error:  # noqa: BLE001 - foreign bytes caused it
        text = f"making the picture failed ({type(error).__name__})"
        answer = describe_rejection(PictureRejected(Reason.DECODER_CRASHED, text))
    else:
        channel.send(describe(made), made.data)
        return
    channel.send(answer)


def _with_tuples(values: dict[str, Any]) -> dict[str, Any]:
    """Return values with the tuples that JSON made lists of."""
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in values.items()
    }
