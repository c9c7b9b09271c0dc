"""
The decoder process: it imports every decoder, and has one worker ready at any time.

It is executed, not forked, so that its memory and environment never held a secret. It
reads only short messages of the function's. A worker is forked when the one
before it has ended, which is before its picture comes.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from io import BytesIO
from typing import NoReturn

from .channel import Channel, ChannelClosed
from .heap import keep_freed_memory
from .worker import MakeProfilePicture, work

SAMPLE = (600, 400)  # px

# Loaded by Pillow when they are needed: a worker can open no file any more.
IMPORTED_LATER = (
    "PIL.ImageCms",
    "PIL.ImageColor",
    "PIL.ImageFilter",
    "PIL.ImagePalette",
    "PIL.ImageSequence",
    "PIL.MpoImagePlugin",
    "PIL.TiffImagePlugin",
    "copy",
    "mmap",
)


def main() -> None:
    """Serve the function until it ends; `sys.argv` holds what it ordered, as JSON."""
    order = json.loads(sys.argv[-1])
    control = Channel(socket.socket(fileno=order["control"]))
    with suppress(ChannelClosed, KeyboardInterrupt):
        try:
            make = _import_decoders(order["module"])
            sample = _draw_sample()
            waking = _wake_by_child()
            keep_freed_memory()
            gc.disable()  # it would touch, and so copy, all that a worker shares
            gc.freeze()
            limits = order["memory"], order["cpu_seconds"]
            while True:
                _run_worker(control, waking, partial(work, make, sample, *limits))
        except (ImportError, OSError) as error:
            text = f"{type(error).__name__}: {error}"
            control.send({"failed": text[:200]})


def _import_decoders(module: str) -> MakeProfilePicture:
    """Import all that a worker may need; return what makes a picture."""
    from PIL import Image

    from ..formats.registry import FORMATS, load_decoder

    Image.preinit()
    for name in FORMATS:
        load_decoder(name)
    for name in IMPORTED_LATER:
        import_module(name)
    make: MakeProfilePicture = import_module(module).make_profile_picture
    return make


def _draw_sample() -> bytes:
    """Return a picture with which each worker begins, so that its code is in memory."""
    from PIL import Image, ImageCms

    file = BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", SAMPLE).save(file, "JPEG", icc_profile=profile)
    return file.getvalue()


def _wake_by_child() -> socket.socket:
    """Return a socket that can be read from when a child has ended."""
    waking, written = socket.socketpair()
    for end in (waking, written):
        end.setblocking(False)
    signal.set_wakeup_fd(written.detach(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return waking


def _run_worker(
    control: Channel, waking: socket.socket, work_on: Callable[[Channel], NoReturn]
) -> None:
    """Fork a worker, hand its socket to the function, and wait until it ends."""
    ours, workers = socket.socketpair()
    process = os.fork()
    if not process:
        _become_worker((control, waking, ours), workers, work_on)
    workers.close()
    try:
        control.send({"worker": process}, sockets=[ours])
        ours.close()
        code = _wait(process, control, waking)
    except BaseException:  # the function has ended
        os.kill(process, signal.SIGKILL)
        raise
    control.send({"ended": process, "code": code})


def _become_worker(
    others: tuple[Channel | socket.socket, ...],
    end: socket.socket,
    work_on: Callable[[Channel], NoReturn],
) -> None:
    """Close all sockets except the worker's own, and make a picture."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for other in others:
            other.close()
        work_on(Channel(end))
    finally:
        os._exit(1)


def _wait(process: int, control: Channel, waking: socket.socket) -> int:
    """Return a worker's exit code, negative for a signal; kill it on request."""
    while True:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        readable, _, _ = select.select([control.fileno(), waking.fileno()], [], [])
        if waking.fileno() in readable:
            waking.recv(64)
        if (
            control.fileno() in readable
            and control.receive().header.get("kill") == process
        ):
            os.kill(process, signal.SIGKILL)
