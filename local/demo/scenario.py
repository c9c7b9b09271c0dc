"""What the demo does to the bucket, and what it expects to come of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from local.authgear import Fault
from local.demo import bad_files
from local.history import Settled
from local.paths import PICTURES
from local.sample_users import create_person
from local.system import LocalSystem
from outcome import Reason


@dataclass(frozen=True)
class Step:
    """One thing that happens to the bucket, and causes one event."""

    title: str  # for a person
    key: str
    expected: Reason
    act: Callable[[], object]


# A step begins when the one before is settled.
Steps = list[Step]


class Scenario:
    """The steps of the demo, for the users that they need."""

    def __init__(self, system: LocalSystem) -> None:
        self._system = system

    def steps(self) -> Steps:
        """Create the users; return the steps."""
        rocket = self._photo("rocket.jpg", "Ray Rocket")
        astronaut = self._photo("astronaut.png", "Eileen Collins")
        cat = self._photo("chelsea.png", "Chelsea Cat")
        mistaken = self._photo("rocket.jpg", "Connie Cup")
        coffee = (PICTURES / "coffee.png").read_bytes()
        no_picture = str(Path(cat.key).with_suffix(".txt")), bad_files.TEXT
        return [
            *(astronaut, cat, mistaken, *self._bad_files(), *self._bad_keys()),
            self._again("the same event again", astronaut.key),
            self._put("coffee.png, same key", mistaken.key, coffee, Reason.PICTURE_SET),
            self._put("a newer file, no picture", *no_picture, Reason.NOT_A_PICTURE),
            self._again("an old event, late", mistaken.key),
            self._delete("the object deleted", astronaut.key),
            self._while_failing("Authgear answers 502", rocket),
        ]

    def one(self, picture: bytes, suffix: str, name: str, user_id: str) -> Steps:
        """Return the one step of somebody's own picture."""
        user = create_person(self._system.authgear, name, user_id=user_id)
        key = self._system.key_for(user, suffix)
        return [self._put("your picture", key, picture, Reason.PICTURE_SET)]

    def _photo(self, file: str, name: str) -> Step:
        """Create a user; return the step that puts a photograph for them."""
        photo = PICTURES / file
        key = self._key(name, photo.suffix)
        return self._put(file, key, photo.read_bytes(), Reason.PICTURE_SET)

    def _bad_files(self) -> list[Step]:
        """Return files that cannot be pictures, each for a user."""
        text = bad_files.TEXT, Reason.NOT_A_PICTURE
        cut = bad_files.truncated_jpeg(), Reason.BROKEN_PICTURE
        bomb = bad_files.png_bomb(), Reason.TOO_MANY_PIXELS
        large = bytes(bad_files.TOO_LARGE), Reason.TOO_MANY_BYTES
        files = (
            ("a text named .jpg", "Noor Haddad", *text),
            ("a truncated JPEG", "Liam Byrne", *cut),
            ("a PNG of 900 megapixels", "Aiko Tanaka", *bomb),
            ("an SVG", "Ines Duarte", bad_files.SVG, Reason.NOT_A_PICTURE),
            ("no bytes at all", "Priya Nair", b"", Reason.EMPTY_OBJECT),
            ("20 MB and a byte", "Tomas Novak", *large),
        )
        return [
            self._put(title, self._key(name, ".jpg"), data, reason)
            for title, name, data, reason in files
        ]

    def _bad_keys(self) -> list[Step]:
        """Return good pictures under keys that lead to no user."""
        picture = (PICTURES / "rocket.jpg").read_bytes()
        shouted = create_person(self._system.authgear, "Elif Kaya").id.upper()
        keys = (
            ("an unknown user", f"pictures/{uuid.uuid4()}.jpg", Reason.UNKNOWN_USER),
            ("no user in the key", "pictures/party.jpg", Reason.KEY_OUTSIDE_PATTERN),
            (
                "the id in capitals",
                f"pictures/{shouted}.jpg",
                Reason.KEY_SPELLED_OTHERWISE,
            ),
            ("a folder", "pictures/2026/", Reason.FOLDER_MARKER),
        )
        return [
            self._put(title, key, b"" if key.endswith("/") else picture, reason)
            for title, key, reason in keys
        ]

    def _key(self, name: str, suffix: str) -> str:
        """Create a user; return the key of an object for them."""
        user = create_person(self._system.authgear, name)
        return self._system.key_for(user, suffix)

    def _put(self, title: str, key: str, data: bytes, expected: Reason) -> Step:
        """Return the step that puts an object."""
        return Step(title, key, expected, lambda: self._system.put(key, data))

    def _while_failing(self, title: str, step: Step) -> Step:
        """Return a step in which every upload of the first invocation fails."""

        def act() -> None:
            self._system.authgear.faults.add(Fault(step="upload", status=502, times=3))
            step.act()

        return replace(step, title=title, act=act)

    def _again(self, title: str, key: str) -> Step:
        """Return the step that delivers an event of an object once more."""
        return Step(title, key, Reason.IN_SYNC, lambda: self._system.send(key))

    def _delete(self, title: str, key: str) -> Step:
        """Return the step that deletes an object; an event of it comes late."""

        def act() -> None:
            self._system.delete(key)
            self._system.send(key)

        return Step(title, key, Reason.OBJECT_GONE, act)


def play(system: LocalSystem, steps: Steps) -> Iterator[tuple[Step, Settled]]:
    """Do the steps, one after the other; yield what came of each."""
    for step in steps:
        count = system.history.count(step.key) + 1
        step.act()
        yield step, system.wait_for(step.key, count=count)
