"""The peak of memory of a process and of all processes below it, together."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType

PROCESSES = Path("/proc")
INTERVAL = 0.002  # seconds


class PeakOfMemory:
    """
    Adds up the peaks of this process and those below it, while a block runs.

    A peak stays in the kernel's count until the process ends, so that a look now and
    then is enough. Memory that processes share is counted for each of them. Only Linux
    has these figures; elsewhere the sum is 0.
    """

    def __init__(self) -> None:
        self._peaks: dict[int, int] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> PeakOfMemory:
        with suppress(OSError):
            (PROCESSES / "self" / "clear_refs").write_text("5")  # proc(5): reset VmHWM
        self._look(os.getpid())
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._look(os.getpid())

    @property
    def workers(self) -> int:
        """Return the peak of the largest worker; they come one after the other."""
        own = os.getpid()
        return max((self._peaks[it] for it in self._peaks if it != own), default=0)

    @property
    def bytes(self) -> int:
        """Return the sum of this process, the decoder process and one worker."""
        return sum(sorted(self._peaks.values())[-3:])

    def _watch(self) -> None:
        """Look again and again."""
        while not self._stop.wait(INTERVAL):
            self._look(os.getpid())

    def _look(self, number: int) -> None:
        """Note the peak of a process, and of those below it."""
        with suppress(OSError, IndexError):  # it ends in the meantime
            status = (PROCESSES / str(number) / "status").read_text()
            self._peaks[number] = int(status.split("VmHWM:")[1].split()[0]) * 1024
            for task in (PROCESSES / str(number) / "task").iterdir():
                for child in (task / "children").read_text().split():
                    self._look(int(child))
