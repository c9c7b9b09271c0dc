"""
A decoder that does what the file orders, as if the file had taken it over.

A file is `ORDER`, a name of `ORDERS`, and an argument; all other files become pictures
as ever. Only tests name this module to a decoder process.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

from outcome import Reason
from pictures import profile_picture
from pictures.errors import PictureRejected
from pictures.model import FindFocus, PictureSpec, ProfilePicture

ORDER = b"ORDER "
PARENT = os.getppid()  # the function, of which the decoder process is a child


def order(name: str, argument: str = "") -> bytes:
    """Return a file that orders something."""
    return ORDER + f"{name} {argument}".encode()


def make_profile_picture(
    data: bytes, spec: PictureSpec, find_focus: FindFocus | None = None
) -> ProfilePicture:
    """Do what the file orders, or make its picture."""
    if data.startswith(ORDER):
        name, _, argument = data.removeprefix(ORDER).decode().partition(" ")
        result: Any = ORDERS[name](argument)
        if not isinstance(result, ProfilePicture):
            what = f"it could do that: {result!r:.50}"
            raise PictureRejected(Reason.NOT_A_PICTURE, what)
        return result
    return profile_picture.make_profile_picture(data, spec, find_focus)


def loop(_: str) -> None:
    """Compute forever."""
    while True:
        pass


def allocate(_: str) -> None:
    """Take memory and use it, without end."""
    kept = []
    while True:
        kept.append(b"\1" * 10_000_000)


def allocate_below_python(_: str) -> None:
    """Do the same in a way that raises nothing."""
    malloc = ctypes.CDLL(None).malloc
    malloc.restype = ctypes.c_void_p
    while True:
        ctypes.memset(malloc(ctypes.c_size_t(10_000_000)), 1, 10_000_000)


def share_memory(_: str) -> None:
    """Take memory that is shared, which counts as nobody's own."""
    import mmap

    kept = []
    while True:
        kept.append(mmap.mmap(-1, 10_000_000))
        kept[-1].write(b"\1" * 10_000_000)


def connect(port: str) -> str:
    """Ask Lambda's runtime for the next event."""
    with socket.create_connection(("127.0.0.1", int(port)), 5) as connection:
        connection.sendall(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n")
    return "connected"


def say(name: str, **how: Any) -> Callable[[str], Any]:
    """Return a decoder that sends malformed answers to the function."""

    def speak(_: str) -> None:
        frame: Any = sys._getframe()
        while "channel" not in frame.f_locals:
            frame = frame.f_back
        end = frame.f_locals["channel"]._socket
        end.sendall(how["raw"])
        time.sleep(how.get("sleep", 0))
        os._exit(0)

    return speak


def lie(**fields: Any) -> Callable[[str], ProfilePicture]:
    """Return what answers with a picture that is not as it says."""

    def answer(_: str) -> ProfilePicture:
        square = profile_picture.encode(Image.new("RGB", (240, 240)), 85)
        made = ProfilePicture(
            data=square,
            size=240,
            source_format="png",
            source_width=240,
            source_height=240,
            crop_position=0.5,
        )
        if callable(fields.get("data")):
            return replace(made, data=fields["data"](square))
        return replace(made, **fields)

    return answer


def close_and_stay(_: str) -> None:
    """Close the socket and go on, so that the end is not seen."""
    os.closerange(3, 64)
    while True:
        pass


ORDERS: dict[str, Callable[[str], Any]] = {
    "abort": lambda _: os.abort(),
    "crash": lambda _: ctypes.string_at(0),
    "exit": lambda _: os._exit(0),
    "raise": lambda _: 1 // 0,
    "interrupt": lambda _: signal.raise_signal(signal.SIGINT),
    "loop": loop,
    "sleep": lambda _: time.sleep(600),
    "stay": close_and_stay,
    "allocate": allocate,
    "allocate-below": allocate_below_python,
    "share": share_memory,
    "read-file": lambda path: Path(path).read_text(),
    "write-file": lambda path: Path(path).write_text("written"),
    "list": lambda path: os.listdir(path),  # noqa: PTH208 - a call to the system
    "parents-memory": lambda _: Path(f"/proc/{PARENT}/mem").read_bytes(),
    "parents-environment": lambda _: Path(f"/proc/{PARENT}/environ").read_text(),
    "socket": lambda _: socket.socketpair(),
    "connect": connect,
    "fork": lambda _: os.fork(),
    "program": lambda _: subprocess.run(["/bin/true"], check=True),
    "kill-parent": lambda _: os.kill(os.getppid(), signal.SIGKILL),
    "trace-parent": lambda _: ctypes.CDLL(None).ptrace(16, PARENT, 0, 0),
    "say-noise": say("noise", raw=b"\xff" * 100),
    "say-much": say("much", raw=b"\0\0\0\2\xff\xff\xff\xff{}"),
    "say-half": say("half", raw=b"\0\0\0\2\0"),
    "say-half-and-stay": say("half", raw=b"\0\0\0\2\0", sleep=600),
    "say-list": say("list", raw=b"\0\0\0\2\0\0\0\0[]"),
    "say-nothing": say("nothing", raw=b"\0\0\0\2\0\0\0\0{}"),
    "lie-text": lie(data=b"<html>"),
    "lie-behind": lie(data=lambda jpeg: jpeg + b"behind"),
    "lie-comment": lie(data=lambda jpeg: jpeg[:2] + b"\xff\xe1\0\6EXIF" + jpeg[2:]),
    "lie-size": lie(size=241),
    "lie-large": lie(size=100_000),
    "lie-format": lie(source_format="../../etc"),
    "lie-width": lie(source_width=-1),
    "lie-number": lie(crop_position=float("nan")),
}
