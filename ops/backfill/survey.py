"""Which users have an object whose picture is not made yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from authgear import UUID
from ops.aws import MOST_AT_ONCE
from storage.bucket import Bucket, StoredObject
from storage.key_pattern import KeyIgnored, KeyPattern
from sync.sync_tag import REJECTIONS, TAG, parse_sync_tag


@dataclass(frozen=True, slots=True)
class Task:
    """The newest object of a user."""

    bucket: str
    key: str


@dataclass
class Survey:
    """
    What is in the buckets.

    Args:
        tasks: The users to look at, by their newest object.

        done: Users whose tags say that everything is done.

        ignored: Objects that are nobody's picture, by reason.
    """

    tasks: list[Task] = field(default_factory=list)
    done: int = 0
    ignored: Counter[str] = field(default_factory=Counter)


def take_survey(
    buckets: Sequence[Bucket], pattern: KeyPattern, *, again: bool
) -> Survey:
    """
    List all objects, and read the tags of each user's newest.

    Args:
        buckets: Where the pictures are.

        pattern: How a key names a user.

        again: Take also what is done, without a look at the tags.
    """
    survey = Survey()
    for bucket in buckets:
        users = _by_user(bucket, pattern, survey.ignored)
        with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
            done = pool.map(
                lambda items, bucket=bucket: not again and _is_done(bucket, items),
                users.values(),
            )
            for items, is_done in zip(users.values(), done, strict=True):
                if is_done:
                    survey.done += 1
                else:
                    survey.tasks.append(Task(bucket.name, items[0].key))
    return survey


def _by_user(
    bucket: Bucket, pattern: KeyPattern, ignored: Counter[str]
) -> dict[str, list[StoredObject]]:
    """Return every user's objects, newest first, and count those of nobody."""

    def is_wanted(key: str) -> bool:
        try:
            pattern.user_text(key)
        except KeyIgnored as error:
            ignored[error.reason] += 1
            return False
        return True

    users: dict[str, list[StoredObject]] = {}
    for item in bucket.list_newest_first(pattern.head, is_wanted):
        users.setdefault(pattern.user_text(item.key), []).append(item)
    return users


def _is_done(bucket: Bucket, items: Sequence[StoredObject]) -> bool:
    """Tell whether the tags say so: a picture was made, or none can be."""
    for item in items:
        tag = parse_sync_tag((bucket.read_tags(item.key).values or {}).get(TAG, ""))
        result = tag.result if tag and tag.etag == item.etag else ""
        if result not in REJECTIONS:
            return UUID.fullmatch(result) is not None
    return True
