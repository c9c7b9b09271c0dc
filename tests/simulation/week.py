"""A week of edits on both sides, of whose events some are lost, and all hooks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random

from settings import Overwrite
from tests.fakes.s3 import FakeObject
from tests.simulation.drift import Drift
from tests.simulation.limited import Weather
from tests.simulation.project import OWN
from tests.simulation.town import FIRST, LAST, NEXT, png
from triggers.messages import Mode

DAYS = 7
DAY = 24 * 3600.0  # seconds
RESYNC_AT = 23 * 3600.0  # seconds of a day; nobody changes anything after it
LOST = 0.05  # of S3's events; of Authgear's, all
MOVES = 120  # on each day
LATE = 6  # users who are created in the course of the week
GOOD = (FIRST, NEXT, LAST, png("white"), png("red"), png("gray"))
BAD = b"no picture"
EXTENSIONS = ("png", "jpg", "gif")


class Week(Drift):
    """
    Users, and changes by others on either side.

    Args:
        seed: Chooses the changes.

        overwrite: Which picture wins.

        users: How many users there are at the end.

    Attributes:
        chosen: Users with a picture of their own.

        removed: Users who have removed a picture, and when their newest object came.

        puts: How many objects were stored.

        lost: How many events were lost.
    """

    def __init__(self, seed: int, overwrite: Overwrite, users: int) -> None:
        super().__init__(Weather(per_minute=60), OVERWRITE=overwrite.value)
        self.overwrite = overwrite
        self.chance = Random(seed)  # noqa: S311 - hides nothing
        self.puts = self.lost = 0
        self.chosen: set[str] = set()
        self.removed: dict[str, int] = {}
        self.ids = [self.authgear.create(f"user{n}") for n in range(users)]
        self.keys = {user_id: self.key(user_id)[:-4] for user_id in self.ids}
        # Users who do not exist yet have objects, too.
        self.unborn = {
            user_id: self.authgear.users.pop(user_id) for user_id in self.ids[:LATE]
        }
        for user_id in self.ids:
            self._put(user_id, is_reported=False)
        self.resync(Mode.BACKFILL)

    def play_day(self) -> None:
        """Let a day pass up to its resync."""
        start = self.time.now
        for _ in range(MOVES):
            move = self.chance.choice(self._moves())
            moment = self.chance.uniform(0, RESYNC_AT - 3600)
            self.time.after(moment, partial(move, self.chance.choice(self.ids)))
        for user_id in list(self.unborn)[:1]:
            moment = self.chance.uniform(0, RESYNC_AT - 3600)
            self.time.after(moment, partial(self._create, user_id))
        self.time.after(RESYNC_AT, lambda: None)
        self.time.run()
        assert self.time.now >= start + RESYNC_AT
        assert not self.service.dead

    def rest(self) -> None:
        """Let the rest of the day pass."""
        self.time.after(DAY - self.time.now % DAY, lambda: None)
        self.time.run()

    def newest(self, user_id: str) -> FakeObject | None:
        """Return the user's newest object that is a picture."""
        found = [
            item
            for extension in EXTENSIONS
            if (item := self.s3.objects.get(f"{self.keys[user_id]}.{extension}"))
            and item.data != BAD
        ]
        return max(found, key=lambda it: it.last_modified, default=None)

    def is_right(self, user_id: str) -> bool:
        """Whether Authgear shows of a user what the policy says."""
        newest = self.newest(user_id)
        url = self.authgear.users[user_id].get("picture", "")
        if newest is None:
            return True  # the last object's picture stays, or what the user did
        is_newest = self.shown(user_id) == self.make(newest.data)
        if self.overwrite is Overwrite.ALWAYS:
            return is_newest
        if user_id in self.chosen:
            return bool(url == OWN)
        if self.overwrite is Overwrite.IF_EMPTY:
            return bool(url) and url != OWN
        if newest.last_modified > self.removed.get(user_id, 0):
            return is_newest
        return bool(url != OWN)  # an older object is set where it was never shown

    def _moves(self) -> list[Callable[[str], None]]:
        """Return what may happen; objects come and go more often than choices."""
        bucket = [self._put, self._put, self._delete, self._delete, self._put_bad]
        return [*bucket, self._choose, self._remove, self._edit]

    def _put(self, user_id: str, *, is_reported: bool = True) -> None:
        """Store a picture, under one of a few keys."""
        self._store(user_id, self.chance.choice(GOOD), is_reported=is_reported)

    def _put_bad(self, user_id: str) -> None:
        """Store a file without a picture."""
        self._store(user_id, BAD, is_reported=True)

    def _store(self, user_id: str, data: bytes, *, is_reported: bool) -> None:
        """Store an object."""
        key = f"{self.keys[user_id]}.{self.chance.choice(EXTENSIONS)}"
        self.puts += 1
        self.put(key, data)
        if is_reported:
            self._report(key, "ObjectCreated:Put")

    def _delete(self, user_id: str) -> None:
        """Delete one of several objects; of a last one no trace would be left."""
        head = self.keys[user_id]
        keys = [key for it in EXTENSIONS if (key := f"{head}.{it}") in self.s3.objects]
        if len(keys) > 1:
            key = self.chance.choice(keys)
            self.s3.delete(key)
            self._report(key, "ObjectRemoved:Delete")

    def _report(self, key: str, name: str) -> None:
        """Deliver an event, unless it is lost."""
        if self.chance.random() < LOST:
            self.lost += 1
        else:
            self.report(key, name)

    def _choose(self, user_id: str) -> None:
        """Choose a picture in Authgear."""
        if user_id not in self.unborn:
            self.authgear.choose(user_id, OWN)
            self.chosen.add(user_id)

    def _remove(self, user_id: str) -> None:
        """Remove the picture in Authgear."""
        if user_id not in self.unborn:
            self.authgear.choose(user_id)
            self.chosen.discard(user_id)
            self.removed[user_id] = self.s3.now

    def _edit(self, user_id: str) -> None:
        """Change another attribute in Authgear."""
        if user_id not in self.unborn:
            self.authgear.edit(user_id, name=f"Ada {self.time.now:.0f}")

    def _create(self, user_id: str) -> None:
        """Create a user whose objects are there already."""
        self.authgear.users[user_id] = self.unborn.pop(user_id)
