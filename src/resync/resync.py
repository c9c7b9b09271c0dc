"""A resync: the bucket in ranges, each range compared, each difference queued."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from authgear import Budget, RateLimited
from outcome import Reason, Result
from storage.bucket import Bucket, StoredObject
from storage.errors import BucketError
from triggers.messages import Check, Mode, Resync, ResyncRange

from .bulk_queue import BulkQueue, QueueFailed
from .causes import MOST_DIFFERENT, QUEUED, Cause, Counts, count, is_held
from .comparison import Compared, Comparison

KEYS = 1_000  # of a range: what S3 lists in one request
LISTING = 60.0  # seconds for which one message lists the bucket
ENOUGH_WAITING = 1_000  # messages; beyond, a range waits
LATER = 900  # seconds until it is compared then; SQS's longest delay


@dataclass(frozen=True, kw_only=True)
class Resyncer:
    """
    Carries out the messages of a resync.

    Each of them may come twice, or be interrupted: a user who is queued twice is
    checked twice, and a range that failed comes again.

    Args:
        bucket: The bucket.

        prefix: The beginning of all keys that name a user.

        comparison: Compares users.

        queue: The bulk queue.

        keys: How many keys a range has.
    """

    bucket: Bucket
    prefix: str
    comparison: Comparison
    queue: BulkQueue
    keys: int = KEYS

    def start(self, message: Resync, budget: Budget) -> Result:
        """Queue a range per 1,000 keys for up to a minute, then itself for the rest."""
        if message.mode is Mode.COUNT:
            return self._count(message, budget)
        if not message.after and self.queue.count_waiting():
            return Result(reason=Reason.RESYNC_SKIPPED)
        end = budget.clock() + min(LISTING, budget.left() / 2)
        after, ranges, mode = message.after, 0, message.mode
        try:
            for until in self._cut(message.after):
                self.queue.send([ResyncRange(mode=mode, after=after, until=until)])
                after, ranges = until, ranges + 1
                if until and budget.clock() > end:
                    self.queue.send([replace(message, after=after)])
                    break
        except (BucketError, QueueFailed):
            if not ranges:
                raise
            # If it came again itself, it would be skipped: its ranges wait.
            self.queue.send([replace(message, after=after)])
        return Result(reason=Reason.RESYNC_STARTED, fields={"ranges": ranges})

    def compare(self, message: ResyncRange, budget: Budget) -> Result:
        """Compare the users of a range, and queue those who differ."""
        # Ranges that are put off do not count: a bucket of a million objects and more
        # has so many of them that each would wait for the others forever.
        if self.queue.count_visible() > ENOUGH_WAITING:
            return self.put_off(message, LATER)
        found = self._compare(message.after, message.until, budget)
        counts = count([it.cause for it in found])
        if is_held(counts, message.mode):
            return Result(reason=Reason.RESYNC_HELD, fields=_fields(counts, 0))
        differing = [it for it in found if it.cause in QUEUED[message.mode]]
        self.queue.send(self._check(it, message.mode) for it in differing)
        fields = _fields(counts, len(differing))
        return Result(reason=Reason.RESYNC_COMPARED, fields=fields)

    def put_off(self, message: ResyncRange, seconds: float) -> Result:
        """Queue a range once more, with a delay in seconds."""
        self.queue.send([message], delay=min(LATER, math.ceil(seconds)))
        return Result(reason=Reason.RESYNC_DELAYED)

    def _count(self, message: Resync, budget: Budget) -> Result:
        """
        Compare range after range while there is time; say where that ended.

        A rate limit ends it early: what was compared until then need not be repeated.
        """
        after, counts = message.after, Counter[Cause]()
        end = budget.clock() + min(LISTING, budget.left() / 2)
        for until in self._cut(message.after):
            try:
                found = self._compare(after, until, budget)
            except RateLimited:
                if after == message.after:
                    raise
                break
            counts.update(it.cause for it in found)
            after = until
            if budget.clock() > end:
                break
        fields = {**_fields(count(list(counts.elements())), 0), "next_after": after}
        return Result(reason=Reason.RESYNC_COMPARED, fields=fields)

    def _cut(self, after: str) -> Iterator[str]:
        """
        Yield the last key of each range, and an empty one for the last range.

        A rest of so few keys that it can never be held belongs to the range before it.
        """
        rest = self.keys * (MOST_DIFFERENT + 1) // KEYS
        number, until = 0, ""
        for number, item in enumerate(self.bucket.scan(self.prefix, after=after), 1):
            if number % self.keys == 0:
                until = item.key
            if until and number % self.keys == rest:
                yield until
                until = ""
        if until or number % self.keys or not number:
            yield ""

    def _compare(self, after: str, until: str, budget: Budget) -> list[Compared]:
        """Compare the users of a range."""
        items = list(self._list(after, until))
        return self.comparison.compare(after, until, items, budget)

    def _list(self, after: str, until: str) -> Iterator[StoredObject]:
        """List the objects of a range, in as few requests as it takes."""
        for item in self.bucket.scan(self.prefix, after=after):
            if until and item.key > until:
                return
            yield item
            if item.key == until:
                return

    def _check(self, found: Compared, mode: Mode) -> Check:
        """Return the message that has one user checked."""
        again = mode is Mode.AGAIN and found.cause is Cause.SETTLED
        return Check(bucket=self.bucket.name, key=found.key, again=again)


def _fields(counts: Counts, queued: int) -> dict[str, int]:
    """Return the fields of the log line of a range."""
    return {
        **{cause.value: number for cause, number in counts.items()},
        "users": sum(counts.values()),
        "queued": queued,
    }
