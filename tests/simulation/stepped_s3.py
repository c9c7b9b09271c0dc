"""S3 as an invocation meets it that stops at each of its calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from botocore.exceptions import ClientError, EndpointConnectionError

from storage.bucket import TAG
from tests.fakes.s3 import FakeS3, client_error
from tests.simulation.tasks import Fault, Trouble, stop

T = TypeVar("T")

LOST = EndpointConnectionError(endpoint_url="https://s3.test")


class SteppedS3(FakeS3):
    """
    A bucket whose every call stops before and after the work.

    Args:
        trouble: Where faults are counted.
    """

    def __init__(self, trouble: Trouble) -> None:
        super().__init__()
        self._trouble = trouble

    def paginate(self, **options: Any) -> Iterator[dict[str, Any]]:
        """List, in one step."""
        yield from self._step(lambda: list(super(SteppedS3, self).paginate(**options)))

    def get_object(self, **options: Any) -> dict[str, Any]:
        """Return an object's bytes."""
        return self._step(lambda: super(SteppedS3, self).get_object(**options))

    def get_object_tagging(self, **options: Any) -> dict[str, Any]:
        """Return an object's tags."""
        return self._step(lambda: super(SteppedS3, self).get_object_tagging(**options))

    def put_object_tagging(self, **options: Any) -> dict[str, Any]:
        """Replace an object's tags; a note that is refused costs only the memory."""
        try:
            return self._step(lambda: self._replace_tags(options))
        except (ClientError, EndpointConnectionError):
            self._trouble.lost_notes += 1
            raise

    def _replace_tags(self, options: dict[str, Any]) -> dict[str, Any]:
        """Replace them; a late note on what was there before may undo a newer one."""
        before = self._is_noted(options["Key"])
        answer = super().put_object_tagging(**options)
        self._trouble.lost_notes += before and not self._is_noted(options["Key"])
        return answer

    def _is_noted(self, key: str) -> bool:
        """Tell whether an object has a note on its present content."""
        item = self.objects.get(key)
        return item is not None and item.tags.get(TAG, "").startswith(
            item.etag.strip('"')
        )

    def _step(self, work: Callable[[], T]) -> T:
        """Do the work between two stops, unless a fault keeps it from being done."""
        fault = stop()
        self._trouble.faults += fault is not None
        if fault in (Fault.ERROR, Fault.RATE_LIMITED):
            raise client_error("SlowDown")
        if fault in (Fault.REQUEST_LOST, Fault.TIMEOUT_UNDONE):
            raise LOST
        done = work()
        stop()
        if fault in (Fault.ANSWER_LOST, Fault.TIMEOUT_DONE):
            raise LOST
        return done
