"""Compare users of one range of keys with Authgear: many in one request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, repeat

from authgear import MOST_FOUND, AdminAPI, Budget, Refused, User
from storage.bucket import Bucket, StoredObject
from storage.key_pattern import ATTRIBUTES, KeyIgnored, KeyPattern
from sync.actions import Action, End, ReadTag, ReadUser
from sync.decide import Policy, decide
from sync.run_log import RunLog
from sync.user_objects import UserObjects
from sync.user_profile import NAMES, AmbiguousUser, choose_user
from sync.view import ObjectView, Shown, View

from .causes import Cause, find_cause

READERS = 16  # threads that read sync tags
MOST_READ = 1_000  # users in one request; the last range may have a few more


@dataclass(frozen=True, slots=True)
class Compared:
    """
    One user, compared.

    Args:
        key: The key of one of the user's objects.

        cause: Why the user is in sync, or is not.
    """

    key: str
    cause: Cause


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """
    Compares users by the same `decide` that a single run asks.

    Args:
        bucket: The bucket.

        pattern: How a key names a user.

        admin_api: Authgear.

        policy: What the operator decides.
    """

    bucket: Bucket
    pattern: KeyPattern
    admin_api: AdminAPI
    policy: Policy

    def compare(
        self, after: str, until: str, items: Sequence[StoredObject], budget: Budget
    ) -> list[Compared]:
        """
        Compare the users who have objects in a range of keys.

        Args:
            after: The key before the range; empty at the beginning.

            until: The last key of the range; empty at the end.

            items: The objects of the range.

            budget: The time that there is.

        Returns:
            An entry per user; none for users whose first key is in an earlier range.
        """
        from concurrent.futures import ThreadPoolExecutor  # only a resync needs it

        users = dict(self._group(after, until, items))
        with ThreadPoolExecutor(READERS) as readers:
            looks = readers.map(self._look, users, users.values(), repeat(budget))
            looked = dict(zip(users, looks, strict=True))
        open_texts = [
            text for text, (_, action) in looked.items() if not isinstance(action, End)
        ]
        shown = self._read_users(open_texts, budget)
        return [
            Compared(view.objects[0].item.key, self._judge(text, view, action, shown))
            for text, (view, action) in looked.items()
        ]

    def _group(
        self, after: str, until: str, items: Iterable[StoredObject]
    ) -> Iterator[tuple[str, list[StoredObject]]]:
        """Yield the users of a range, and all objects of each, newest first."""
        users: dict[str, list[StoredObject]] = {}
        for item in items:
            try:
                users.setdefault(self.pattern.user_text(item.key), []).append(item)
            except KeyIgnored:
                continue
        for text, found in users.items():
            prefix = self.pattern.prefix(text)
            # The user may have objects in a neighbouring range, too: then the range of
            # the first one compares them all.
            if after.startswith(prefix) or until.startswith(prefix):
                found = self._list_user(text)
                if not found or min(item.key for item in found) <= after:
                    continue
            newest = sorted(
                found, key=lambda it: (it.last_modified, it.key), reverse=True
            )
            yield text, newest

    def _list_user(self, text: str) -> list[StoredObject]:
        """List all objects of one user."""
        return self.bucket.list_newest_first(
            self.pattern.prefix(text), lambda key: self.pattern.names(key, text)
        )

    def _look(
        self, text: str, items: Sequence[StoredObject], budget: Budget
    ) -> tuple[View, Action]:
        """Read the sync tags of one user, as far as it takes to decide."""
        objects = UserObjects(
            bucket=self.bucket,
            pattern=self.pattern,
            text=text,
            log=RunLog(budget=budget),
        )
        view = View(objects=tuple(map(ObjectView, items)))
        return self._read_tags(view, objects)

    def _read_tags(self, view: View, objects: UserObjects) -> tuple[View, Action]:
        """Read sync tags until `decide` asks for something else."""
        while True:
            action = decide(view, self.policy, objects.text)
            if not isinstance(action, ReadTag):
                return view, action
            tag = objects.read_sync_tag(action.item)
            seen = [
                replace(it, tag=tag) if it.item == action.item else it
                for it in view.objects
            ]
            view = replace(view, objects=tuple(seen))

    def _read_users(
        self, texts: Sequence[str], budget: Budget
    ) -> Mapping[str, Shown | None]:
        """Return what Authgear shows of each user, `None` of one that is unknown."""
        if self.pattern.placeholder in ATTRIBUTES:
            return dict(self._find_users(texts, budget))
        ids = {text: self.pattern.user_id(text) for text in texts}
        found: dict[str, User | Refused] = {}
        for batch in _batched(ids.values(), MOST_READ):
            found |= self.admin_api.batches.get_users(batch, budget=budget)
        return {text: self._shown(found.get(user_id)) for text, user_id in ids.items()}

    def _find_users(
        self, texts: Sequence[str], budget: Budget
    ) -> Iterator[tuple[str, Shown | None]]:
        """Look users up by their names."""
        placeholder = self.pattern.placeholder
        login_id_key, attribute = NAMES[placeholder]
        for batch in _batched(texts, MOST_FOUND):
            found = self.admin_api.batches.find_users(
                batch, login_id_key=login_id_key, attribute=attribute, budget=budget
            )
            for text in batch:
                try:
                    user = choose_user(found.get(text, []), placeholder, text)
                except (Refused, AmbiguousUser, KeyIgnored):
                    yield text, None
                else:
                    yield text, None if user.is_anonymized else self._shown(user)

    def _shown(self, user: User | Refused | None) -> Shown | None:
        """Return the picture that Authgear shows of a user."""
        if not isinstance(user, User):
            return None
        is_ours = user.picture_app_id == self.admin_api.app_id
        image_id = user.picture_object_id if is_ours else None
        return Shown(user.has_picture, image_id or "")

    def _judge(
        self,
        text: str,
        view: View,
        action: Action,
        shown: Mapping[str, Shown | None],
    ) -> Cause:
        """Return the cause, now that it is known what Authgear shows."""
        if isinstance(action, End):
            return find_cause(action, view)
        picture = shown.get(text)
        if picture is None:
            return Cause.UNKNOWN_USER
        view = replace(view, shown=picture)
        decided = decide(view, self.policy, text)
        # If the decision needs more data, a single run of the user reads it.
        is_open = isinstance(decided, ReadTag | ReadUser)
        return Cause.CHANGED_IN_AUTHGEAR if is_open else find_cause(decided, view)


def _batched(values: Iterable[str], size: int) -> Iterator[list[str]]:
    """Yield values in lists of at most a size."""
    left = iter(values)
    while batch := list(islice(left, size)):
        yield batch
