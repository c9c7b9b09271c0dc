"""A few users in sync, of whom one drifts, or all of them."""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image

from tests.simulation.drift import Drift
from tests.simulation.limited import Weather
from tests.simulation.project import OWN, Project
from triggers.messages import Mode

USERS = 6
OTHER_APP = "other"
READS = {"read", "find", "mark"}  # requests that change nothing


@lru_cache(maxsize=16)
def png(color: str, bottom: str = "") -> bytes:
    """Return a picture, higher than it is wide, of one colour or two."""
    picture = Image.new("RGB", (320, 480), color)
    picture.paste(bottom or color, (0, 240, 320, 480))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


FIRST, NEXT, LAST = png("red", "blue"), png("lime"), png("navy")


class Town(Drift):
    """
    Some users in sync.

    Args:
        pattern: How a key names a user.

        environment: Variables of the function.

    Attributes:
        want: The object that each user must show.

        victim: The user who drifts.
    """

    def __init__(self, pattern: str, **environment: str) -> None:
        super().__init__(Weather())
        self.deploy(KEY_PATTERN=pattern, **environment)
        self.want: dict[str, bytes] = {}
        ids = [self.authgear.create(f"user{n}") for n in range(USERS)]
        for user_id in ids:
            self.store(user_id, FIRST)
        self.victim = ids[2]
        self.settle()

    def store(self, user_id: str, data: bytes, extension: str = "png") -> None:
        """Store a user's newest object, without an event."""
        self.put(self.key(user_id, extension), data)
        self.want[user_id] = data

    def settle(self) -> None:
        """Bring everybody in sync, and count from here."""
        self.resync(Mode.BACKFILL)
        assert self.is_in_sync
        self.begin()

    def begin(self) -> None:
        """Count uploads and requests from here."""
        self.before = len(self.authgear.images)
        self.authgear.steps.clear()

    @property
    def uploads(self) -> int:
        """How many images were uploaded since the count began."""
        return len(self.authgear.images) - self.before

    @property
    def changes(self) -> set[str]:
        """Which requests that change something were sent since the count began."""
        return set(self.authgear.steps) - READS

    @property
    def is_in_sync(self) -> bool:
        """Whether everybody shows the newest object."""
        return all(
            self.shown(user_id) == self.make(data)
            for user_id, data in self.want.items()
        )


def lose_create(town: Town) -> None:
    """A new object comes, and its event is lost."""
    town.store(town.victim, NEXT, "jpg")


def lose_delete(town: Town) -> None:
    """The newer of two objects is deleted, whose older one was shown before."""
    town.store(town.victim, NEXT, "jpg")
    town.settle()
    _delete_newer(town)


def lose_delete_before_upload(town: Town) -> None:
    """The newer of two objects is deleted, whose older one was never shown."""
    town.put(town.key(town.victim, "png"), LAST)
    town.store(town.victim, NEXT, "jpg")
    town.settle()
    _delete_newer(town)
    town.want[town.victim] = LAST


def create_user_late(town: Town) -> None:
    """A user is created whose object is there already."""
    town.victim = town.authgear.create("late")
    town.store(town.victim, NEXT)
    created = town.authgear.users.pop(town.victim)
    assert town.resync() == {"in_sync": USERS, "unknown_user": 1}
    town.authgear.users[town.victim] = created


def choose_picture(town: Town) -> None:
    """A user chooses a picture of their own in Authgear."""
    town.authgear.choose(town.victim, OWN)


def remove_picture(town: Town) -> None:
    """A user removes the picture in Authgear."""
    town.authgear.choose(town.victim)


def change_size(town: Town) -> None:
    """The operator wants larger pictures."""
    town.deploy(PICTURE_SIZE="300")


def change_quality(town: Town) -> None:
    """The operator wants finer pictures."""
    town.deploy(PICTURE_QUALITY="95")


def change_crop(town: Town) -> None:
    """The operator wants the lower end of each picture."""
    town.deploy(CROP_POSITION="100%")


def copy_project(town: Town) -> None:
    """The stack serves another project, whose users name the old one's images."""
    old = town.authgear
    _open_project(town)
    town.authgear.users = {name: dict(user) for name, user in old.users.items()}


def found_project(town: Town) -> None:
    """The stack serves another project, whose users have no picture."""
    old = town.authgear
    _open_project(town)
    town.authgear.users = {name: dict(truth) for name, truth in old.truth.items()}


def rename_login_id(town: Town) -> None:
    """A user gets another login id, for which an object waits."""
    old, new = "user2", "renamed"
    _rename(town, new)
    town.store(town.victim, NEXT)
    _rename(town, old)
    assert town.resync() == {"in_sync": USERS, "unknown_user": 1}
    _rename(town, new)


def _rename(town: Town, name: str) -> None:
    """Give the user another email address and another username."""
    email = f"{name}@example.com"
    town.authgear.edit(town.victim, email=email, preferred_username=name)


def _delete_newer(town: Town) -> None:
    """Delete the newer object, and lose the event."""
    town.s3.delete(town.key(town.victim, "jpg"))
    town.want[town.victim] = FIRST


def _open_project(town: Town) -> None:
    """Have the stack serve a project of another app id; all images are left behind."""
    truth = town.authgear.truth
    town.authgear = Project(town.time, Weather())
    town.authgear.app_id = OTHER_APP
    town.authgear.truth = truth
    town.deploy(AUTHGEAR_APP_ID=OTHER_APP)
