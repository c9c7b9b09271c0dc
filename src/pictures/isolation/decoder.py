"""The function's side of isolated decoding: a process that decodes, and its answers."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from ..errors import PictureNotMade
from ..model import FindFocus, PictureSpec, ProfilePicture
from .channel import BadMessage, Channel, ChannelClosed, DeadlinePassed, Message
from .exchange import START_LIMIT, Exchange
from .explanations import explain_crash, explain_exit, explain_unavailable
from .launch import launch

TIME_LIMIT = 9.0  # seconds for one picture
END_LIMIT = 5.0  # seconds until it reports how a worker ended

TWICE, SILENT = "it ended twice", "it does not answer"
NO_ANSWER = "its answer is malformed"


class _WorkerLost(Exception):
    """
    Raised when the decoder process has ended, or a worker before its picture came.

    Args:
        begun: Whether a worker had begun with the picture.
    """

    def __init__(self, *, begun: bool = False) -> None:
        self.begun = begun
        super().__init__()


@dataclass(frozen=True, slots=True)
class _Worker:
    """A worker that waits for its picture."""

    process: int
    channel: Channel


@dataclass(kw_only=True)
class Decoder:
    """
    A process that decodes pictures, started again whenever it has ended.

    Args:
        memory: Megabytes that Lambda gives to the function.
        module: The module whose `make_profile_picture` is run.
        report: Gets the active protections, each time the process starts.
        time_limit: Seconds that one picture may take, of time and of processor time.
        clock: Monotonic seconds.
    """

    memory: int = 1024
    module: str = "pictures.profile_picture"
    report: Callable[[list[str]], None] | None = None
    time_limit: float = TIME_LIMIT
    clock: Callable[[], float] = time.monotonic
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _control: Channel | None = field(default=None, init=False)
    _ready: _Worker | None = field(default=None, init=False)
    _reported: bool = field(default=False, init=False)

    def start(self) -> None:
        """
        Start the process, and do not wait for it.

        Raises:
            PictureNotMade: The system starts no process.
        """
        self._process, ours = launch(self.module, self.memory, self.time_limit)
        self._control = Channel(ours, self.clock, takes_sockets=True)
        self._reported = False
        atexit.register(self.stop)

    def stop(self) -> None:
        """End the process, and its worker; the next picture starts another."""
        if self._control:
            self._control.close()
            self._control = None
        if self._ready:
            self._ready.channel.close()
            self._ready = None
        if self._process:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
            atexit.unregister(self.stop)

    def wait_until_ready(self, seconds: float) -> None:
        """Report the protections, if a worker is ready within a number of seconds."""
        if self._control and self._control.has_message(seconds):
            with suppress(_WorkerLost, PictureNotMade):  # the next picture tries again
                self._ready = self._take_worker(self.clock() + START_LIMIT)

    def make(
        self,
        data: bytes,
        spec: PictureSpec,
        find_focus: FindFocus | None,
        seconds: float,
    ) -> ProfilePicture:
        """
        Make the picture of a file within a number of seconds.

        Raises:
            PictureRejected: No picture can be made of the file.
            PictureNotMade: No worker was available, or the run had no more time.
        """
        deadline = self.clock() + seconds
        for last in (False, True):
            try:
                worker, self._ready = self._ready or self._take_worker(deadline), None
                return self._make(worker, data, spec, find_focus, deadline)
            except _WorkerLost as error:
                self.stop()
                if last:
                    explain = explain_crash if error.begun else explain_unavailable
                    raise explain(TWICE) from None
        raise AssertionError

    def _make(
        self,
        worker: _Worker,
        data: bytes,
        spec: PictureSpec,
        find_focus: FindFocus | None,
        deadline: float,
    ) -> ProfilePicture:
        """Have a worker make a picture, and see to it that it ends."""
        exchange = Exchange(worker.channel, self.clock, self.time_limit, deadline)
        try:
            return exchange.run(data, spec, find_focus)
        except ChannelClosed:
            if not exchange.begun:
                raise _WorkerLost from None
            raise self._explain_end(worker) from None
        except DeadlinePassed:
            raise exchange.explain_timeout() from None
        except BadMessage:
            raise explain_crash(NO_ANSWER) from None
        finally:
            worker.channel.close()
            self._kill(worker)

    def _take_worker(self, deadline: float) -> _Worker:
        """Return the worker that waits; start the process first if it has ended."""
        if not self._control:
            self.start()
        try:
            return self._receive_worker(min(deadline, self.clock() + START_LIMIT))
        except DeadlinePassed:
            raise explain_unavailable(SILENT) from None
        except (ChannelClosed, BadMessage):
            raise _WorkerLost from None

    def _receive_worker(self, deadline: float) -> _Worker:
        """Return the worker that waits, once it says that it is ready."""
        with self._intact() as control:
            message = control.receive(deadline=deadline)
            while "ended" in message.header:
                message = control.receive(deadline=deadline)
            if "failed" in message.header:
                raise explain_unavailable(str(message.header["failed"]))
            worker = _Worker(
                message.header["worker"], Channel(message.sockets[0], self.clock)
            )
            try:
                self._report(worker.channel.receive(deadline=deadline))
            except BaseException:
                worker.channel.close()
                raise
            return worker

    def _report(self, message: Message) -> None:
        """Report once what protects the function."""
        if self.report and not self._reported:
            self.report(["process", *message.header["protections"]])
        self._reported = True

    def _explain_end(self, worker: _Worker) -> Exception:
        """Return the error of a picture whose worker has closed its end."""
        self._kill(worker)
        try:
            with self._intact() as control:
                message = control.receive(deadline=self.clock() + END_LIMIT)
        except (ChannelClosed, DeadlinePassed, BadMessage):
            return _WorkerLost(begun=True)
        return explain_exit(message.header["code"])

    def _kill(self, worker: _Worker) -> None:
        """Have a worker killed, if it has not ended."""
        if self._control:
            with suppress(ChannelClosed):
                self._control.send({"kill": worker.process})

    @contextmanager
    def _intact(self) -> Iterator[Channel]:
        """Stop the process if an exchange with it ends early, for any reason."""
        assert self._control  # noqa: S101 - for the type checker
        try:
            yield self._control
        except BaseException:
            self.stop()
            raise


@dataclass(frozen=True, slots=True)
class IsolatedMaker:
    """
    Makes pictures in a process of their own; a `MakePicture`.

    Args:
        decoder: The process.
        spec: The wanted picture.
        find_focus: Says where to cut the whole picture.
    """

    decoder: Decoder
    spec: PictureSpec
    find_focus: FindFocus | None = None

    def __call__(self, data: bytes, seconds: float) -> ProfilePicture:
        """Make the picture of a file within a number of seconds."""
        return self.decoder.make(data, self.spec, self.find_focus, seconds)
