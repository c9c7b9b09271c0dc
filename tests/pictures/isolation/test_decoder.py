"""Workers make the same pictures as the process itself, after any failure."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hard_timeout import HardTimeout, hard_timeout
from outcome import Reason
from pictures.errors import PictureNotMade, PictureRejected
from pictures.formats import registry
from pictures.isolation.decoder import Decoder, IsolatedMaker
from pictures.model import FORMATS, Focus, Overview, PictureSpec
from pictures.profile_picture import make_in_process
from tests.hostile.decoders import order
from tests.pictures.checks import NEEDED_SEGMENTS, segments
from tests.samples.pictures import broken, encode, foreign, good, photo

SECONDS = 300.0  # more than any of these takes on the slowest machine
SPEC = PictureSpec(size=300, background="#ff0000")
GOOD = good()
REJECTED = broken() | foreign()


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    """Provide a decoder process."""
    decoder = Decoder(module="tests.hostile.decoders", time_limit=SECONDS)
    yield decoder
    decoder.stop()


def process_of(decoder: Decoder) -> int:
    """Return the number of a decoder's process."""
    assert decoder._process
    return decoder._process.pid


@pytest.mark.parametrize("name", GOOD)
def test_same_picture(decoder: Decoder, name: str) -> None:
    """A worker makes the same picture, to the byte, of every kind of file."""
    isolated = IsolatedMaker(decoder, SPEC)(GOOD[name], SECONDS)

    assert isolated == make_in_process(SPEC)(GOOD[name], SECONDS)


@pytest.mark.parametrize("name", REJECTED)
def test_same_rejection(decoder: Decoder, name: str) -> None:
    """A worker rejects the same files, for the same reasons."""
    errors = []
    for make_picture in (IsolatedMaker(decoder, SPEC), make_in_process(SPEC)):
        with pytest.raises(PictureRejected) as caught:
            make_picture(REJECTED[name], SECONDS)
        errors.append(caught.value)

    first, second = errors
    assert (first.reason, str(first)) == (second.reason, str(second))
    assert first.format == second.format
    assert (first.width, first.height) == (second.width, second.height)


def test_formats_are_those_that_are_decoded() -> None:
    """The names that settings may hold are those of the decoders."""
    assert tuple(registry.FORMATS) == FORMATS


@pytest.mark.parametrize("name", ["png", "heic"])
def test_format_that_is_not_accepted(decoder: Decoder, name: str) -> None:
    """A file of another format is rejected, and so is one that only begins as it."""
    spec = PictureSpec(accepted_formats=("jpeg", "webp"))
    for make_picture in (IsolatedMaker(decoder, spec), make_in_process(spec)):
        for data in (GOOD[name], GOOD[name][:60]):  # no decoder would take the second
            with pytest.raises(PictureRejected) as caught:
                make_picture(data, SECONDS)

            assert caught.value.reason is Reason.FORMAT_NOT_ACCEPTED
            assert caught.value.format == name
        assert make_picture(GOOD["jpeg"], SECONDS).source_format == "jpeg"


def test_faces(decoder: Decoder) -> None:
    """The function sees the picture small and upright, and says where to cut it."""
    data = encode(photo(1_000, 2_000), "PNG")
    seen: list[Overview] = []

    def find(overview: Overview) -> Focus:
        """Look at the overview."""
        seen.append(overview)
        return Focus(position=0.75, faces=2)

    isolated = IsolatedMaker(decoder, SPEC, find)(data, SECONDS)
    in_process = make_in_process(SPEC, find)(data, SECONDS)

    assert seen[0] == seen[1]
    assert seen[0].size == (512, 1_024)
    assert segments(seen[0].data) == NEEDED_SEGMENTS
    assert (isolated.data, isolated.focus) == (in_process.data, in_process.focus)
    assert (isolated.crop_position, isolated.focus.faces) == (0.75, 2)
    assert isolated.focus_seconds is not None


def test_faces_are_not_looked_for_in_squares(decoder: Decoder) -> None:
    """A square is not asked about."""

    def find(_: Overview) -> Focus:
        """Never be called."""
        raise AssertionError

    made = IsolatedMaker(decoder, SPEC, find)(encode(photo(300, 300), "PNG"), SECONDS)

    assert (made.focus, made.focus_seconds) == (Focus(), None)


@pytest.mark.parametrize("kind", [KeyError, TimeoutError, ConnectionError])
def test_error_of_the_finder(decoder: Decoder, kind: type[Exception]) -> None:
    """An error while faces are looked for reaches the caller, and ends the worker."""

    def find(_: Overview) -> Focus:
        """Fail."""
        raise kind

    with pytest.raises(kind):
        IsolatedMaker(decoder, SPEC, find)(encode(photo(300, 400), "PNG"), SECONDS)

    assert IsolatedMaker(decoder, SPEC)(GOOD["jpeg"], SECONDS).size == 240


def test_process_that_ends_between_pictures(decoder: Decoder) -> None:
    """The next picture starts another, and is made."""
    make_picture = IsolatedMaker(decoder, SPEC)
    make_picture(GOOD["jpeg"], SECONDS)
    before = process_of(decoder)
    os.kill(before, signal.SIGKILL)

    assert make_picture(GOOD["jpeg"], SECONDS).size == 240
    assert process_of(decoder) != before


def test_process_that_ends_within_each_try(decoder: Decoder) -> None:
    """A file with which the decoder process ends twice is the reason for it."""
    make_picture = IsolatedMaker(decoder, SPEC)
    make_picture(GOOD["jpeg"], SECONDS)
    done = threading.Event()

    def kill() -> None:
        """End every decoder process soon after it has started."""
        while not done.wait(0.5):
            if decoder._process:
                os.kill(decoder._process.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        with pytest.raises((PictureRejected, PictureNotMade)) as caught:
            make_picture(order("sleep"), SECONDS)
    finally:
        done.set()
        killer.join()

    assert "ended twice" in str(caught.value)
    assert make_picture(GOOD["jpeg"], SECONDS).size == 240


def test_process_that_cannot_start() -> None:
    """A failure that is not the file's fault is not a rejection, and is explained."""
    decoder = Decoder(module="no.such.module")

    for _ in range(2):
        with pytest.raises(PictureNotMade) as caught:
            IsolatedMaker(decoder, SPEC)(GOOD["jpeg"], SECONDS)

        assert caught.value.reason is Reason.DECODER_UNAVAILABLE
        assert "ModuleNotFoundError" in str(caught.value)


def test_run_that_is_broken_off(decoder: Decoder) -> None:
    """A hard time-out comes through at once, and the next picture is made."""
    make_picture = IsolatedMaker(decoder, SPEC)
    make_picture(GOOD["jpeg"], SECONDS)

    with pytest.raises(HardTimeout), hard_timeout(0.3):
        make_picture(order("sleep"), SECONDS)

    assert make_picture(GOOD["jpeg"], SECONDS).size == 240


def test_report() -> None:
    """The protections are reported once for each process, before its first picture."""
    reports: list[list[str]] = []
    decoder = Decoder(report=reports.append)
    decoder.start()

    decoder.wait_until_ready(SECONDS)
    told = list(reports)
    for _ in range(2):
        IsolatedMaker(decoder, SPEC)(GOOD["jpeg"], SECONDS)

    assert len(told) == len(reports) == 1
    assert {"process", "cpu-time", "core-dumps", "open-files"} <= set(reports[0])
    if sys.platform == "linux":
        assert {"parent", "memory", "memory-hidden", "system-calls"} <= set(reports[0])
    decoder.stop()


def test_end_of_the_function_ends_its_processes() -> None:
    """Every decoder process ends with the function."""
    script = (
        "import os, signal; from pictures.isolation.decoder import Decoder;"
        "decoder = Decoder(); decoder.start(); decoder.wait_until_ready(60);"
        "print(decoder._process.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    source = Path(registry.__file__).parents[2]
    done = subprocess.run(  # noqa: S603 - code of ours
        [sys.executable, "-c", script],
        cwd=source,
        stdout=subprocess.PIPE,
        check=False,
    )
    process = int(done.stdout)

    ended = threading.Event()
    for _ in range(600):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            ended.set()
            break
        ended.wait(0.1)
    assert done.returncode == -signal.SIGKILL
    assert ended.is_set()
