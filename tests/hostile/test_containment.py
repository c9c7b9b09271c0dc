"""A decoder that a file has taken over: what it can do to the function is nothing."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from outcome import Reason
from pictures.errors import PictureNotMade, PictureRejected
from pictures.isolation.decoder import Decoder, IsolatedMaker
from pictures.model import PictureSpec
from tests.hostile.decoders import order
from tests.hostile.memory import PeakOfMemory
from tests.samples.pictures import good

PICTURE = good()["jpeg"]
SECONDS = 300.0  # more than any of these takes on the slowest machine
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone keeps it")
CRASHES = [
    *("abort", "crash", "exit", "raise", "interrupt"),
    *("say-noise", "say-much", "say-half", "say-list", "say-nothing"),
    *("lie-text", "lie-behind", "lie-comment", "lie-size", "lie-large", "lie-format"),
    *("lie-width", "lie-number", "stay"),
]
FORBIDDEN = [
    *("list", "parents-memory", "parents-environment", "socket", "fork", "program"),
    *("kill-parent", "trace-parent"),
]
WITHOUT_END = ["allocate", "allocate-below", "share"]


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    """Provide a decoder process whose workers do what the files order."""
    decoder = Decoder(module="tests.hostile.decoders", time_limit=SECONDS)
    yield decoder
    decoder.stop()


def reject(decoder: Decoder, data: bytes) -> PictureRejected:
    """Return the rejection of a file; the next file becomes a picture after it."""
    make_picture = IsolatedMaker(decoder, PictureSpec())
    with pytest.raises(PictureRejected) as caught:
        make_picture(data, SECONDS)
    decoder.time_limit = SECONDS
    assert make_picture(PICTURE, SECONDS).source_format == "jpeg"
    return caught.value


@pytest.mark.parametrize("name", CRASHES)
def test_crash(decoder: Decoder, name: str) -> None:
    """A worker that ends, or answers nonsense, is one rejection."""
    error = reject(decoder, order(name))

    assert error.reason is Reason.DECODER_CRASHED


@LINUX
@pytest.mark.parametrize("name", FORBIDDEN)
def test_forbidden(decoder: Decoder, name: str) -> None:
    """Other files, sockets, processes and their memory are out of reach."""
    error = reject(decoder, order(name, "/"))

    assert error.reason is Reason.DECODER_CRASHED


def test_read_file(decoder: Decoder, tmp_path: Path) -> None:
    """No file can be opened, wherever it is."""
    (tmp_path / "secret").write_text("secret")

    error = reject(decoder, order("read-file", str(tmp_path / "secret")))

    assert error.reason is Reason.DECODER_CRASHED


def test_write_file(decoder: Decoder, tmp_path: Path) -> None:
    """No file can be written either."""
    error = reject(decoder, order("write-file", str(tmp_path / "file")))

    assert error.reason is Reason.DECODER_CRASHED
    assert list(tmp_path.iterdir()) == []


def test_runtime(decoder: Decoder) -> None:
    """Lambda's runtime, which hands out events, hears nothing."""
    with socket.create_server(("127.0.0.1", 0)) as runtime:
        runtime.settimeout(0.2)
        port = runtime.getsockname()[1]

        error = reject(decoder, order("connect", str(port)))

        assert error.reason is Reason.DECODER_CRASHED
        with pytest.raises(TimeoutError):
            runtime.accept()


@LINUX
@pytest.mark.parametrize("name", WITHOUT_END)
def test_memory(decoder: Decoder, name: str) -> None:
    """Memory has an end, for all processes together, however it is taken."""
    with PeakOfMemory() as peak:
        error = reject(decoder, order(name))

    assert error.reason in (Reason.DECODER_OUT_OF_MEMORY, Reason.DECODER_CRASHED)
    assert peak.workers < 500_000_000


@pytest.mark.parametrize("name", ["loop", "sleep", "say-half-and-stay"])
def test_time_limit(name: str) -> None:
    """A worker that does not end is killed, and the next file becomes a picture."""
    decoder = Decoder(module="tests.hostile.decoders", time_limit=SECONDS)
    decoder.start()
    decoder.time_limit = 0.3

    error = reject(decoder, order(name))

    assert error.reason is Reason.DECODER_TIMEOUT
    decoder.stop()


def test_processor_time() -> None:
    """A worker that computes for too long is ended even if nobody looks."""
    decoder = Decoder(module="tests.hostile.decoders", time_limit=1)
    decoder.start()
    decoder.time_limit = SECONDS

    error = reject(decoder, order("loop"))

    assert error.reason is Reason.DECODER_TIMEOUT
    decoder.stop()


def test_little_time_is_not_the_files_fault(decoder: Decoder) -> None:
    """Where the run has less time than a file may have, nothing is rejected."""
    make_picture = IsolatedMaker(decoder, PictureSpec())
    make_picture(PICTURE, SECONDS)

    with pytest.raises(PictureNotMade) as caught:
        make_picture(order("sleep"), 1)

    assert caught.value.reason is Reason.NOT_SETTLED
    assert make_picture(PICTURE, SECONDS).size == 240
