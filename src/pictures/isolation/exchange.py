"""The messages between the function and a worker about one picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from outcome import Reason

from ..errors import PictureError, PictureNotMade, PictureRejected
from ..model import FindFocus, PictureSpec, ProfilePicture, TimedFocus
from .answers import MAX_JPEG, read_overview, read_picture
from .channel import Channel

START_LIMIT = 30.0  # seconds until the decoder process, or a worker, is ready


@dataclass(slots=True)
class Exchange:
    """
    One picture's messages.

    Args:
        channel: Leads to the worker.
        clock: Monotonic seconds.
        time_limit: Seconds that the picture may take.
        deadline: The moment by which the run gives up.
        begun: Whether the worker has its file.
        limited_by_run: Whether the run gives up before the picture's own limit.
    """

    channel: Channel
    clock: Callable[[], float]
    time_limit: float
    deadline: float
    begun: bool = False
    limited_by_run: bool = False

    def run(
        self, data: bytes, spec: PictureSpec, find_focus: FindFocus | None
    ) -> ProfilePicture:
        """Send the file, look for faces if the worker asks, return the picture."""
        end = self._limit(self.clock() + START_LIMIT)
        job = {"spec": asdict(spec), "looks": find_focus is not None}
        self.channel.send(job, data, deadline=end)
        self.channel.receive(deadline=end)
        self.begun = True
        end = self._limit(self.clock() + self.time_limit)
        answer = self.channel.receive(most=MAX_JPEG, deadline=end)
        if not find_focus or "overview" not in answer.header:
            return read_picture(answer, spec)
        timed = TimedFocus(
            find_focus=find_focus, deadline=self.deadline, clock=self.clock
        )
        focus = timed.find(read_overview(answer))
        end = self._limit(end + (timed.seconds or 0))
        self.channel.send(asdict(focus), deadline=end)
        made = read_picture(self.channel.receive(most=MAX_JPEG, deadline=end), spec)
        return replace(made, focus=focus, focus_seconds=timed.seconds)

    def explain_timeout(self) -> PictureError:
        """Return the error of a picture that took too long."""
        if self.limited_by_run or not self.begun:
            message = "no time was left to decode the picture"
            return PictureNotMade(Reason.NOT_SETTLED, message)
        message = f"decoding the picture takes more than {self.time_limit:g} seconds"
        return PictureRejected(Reason.DECODER_TIMEOUT, message)

    def _limit(self, end: float) -> float:
        """Return the moment by which to give up, and note whose limit that is."""
        self.limited_by_run = self.deadline < end
        return min(end, self.deadline)
