"""The results of a run: one result per object, for one log line each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from authgear import AuthgearError, User
from outcome import Reason, Result, explain_size
from storage.bucket import StoredObject

from .actions import Action, End, Remove, SetImage, Upload
from .decide import Policy, find_rejection
from .errors import result_from_error
from .view import View

_WOULD: dict[type[Action], str] = {
    Upload: "the picture would be set",
    SetImage: "the picture would be set, from an image that is uploaded already",
    Remove: "the picture would be removed",
}
OLDER = "Authgear shows the picture of an older object; no newer one can be the picture"


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectResult:
    """
    The result of one object.

    Args:
        key: The object key; empty where a user without objects was checked.

        result: The result.
    """

    key: str
    result: Result


@dataclass(kw_only=True, slots=True)
class Results:
    """
    The results of one run.

    Args:
        key: The object that the event is about; empty if it is about a user.

    Attributes:
        applied: The last change in Authgear, if there was one.
    """

    key: str
    applied: Action | None = None
    _image_id: str = ""
    _facts: dict[str, Any] = field(default_factory=dict)
    _previous: str | None = None
    _view: View = field(default_factory=View)
    _policy: Policy = field(default_factory=Policy)
    _rejected: dict[StoredObject, Result] = field(default_factory=dict)
    _lines: dict[str, Result] = field(default_factory=dict)

    def look(self, view: View, policy: Policy) -> None:
        """Note what the last look has shown."""
        self._view, self._policy = view, policy

    def reject(
        self, item: StoredObject, result: Result, facts: Mapping[str, Any]
    ) -> None:
        """Note why an object cannot be the picture."""
        fields = {**facts, **result.fields}
        self._rejected[item] = Result(
            reason=result.reason, detail=result.detail, fields=fields
        )

    def apply(
        self, action: Action, image_id: str, previous: User, facts: Mapping[str, Any]
    ) -> None:
        """Note what was done in Authgear, and the picture that was shown before."""
        if self.applied is None:
            self._previous = previous.picture_object_id
        self.applied, self._image_id, self._facts = action, image_id, dict(facts)

    def end(
        self,
        action: Action,
        facts: Mapping[str, Any],
        unanswered: AuthgearError | None,
    ) -> None:
        """
        Note the end of the run.

        Args:
            action: The end, or what a dry run would do.

            facts: Fields that a dry run has collected.

            unanswered: The error of an update that may still be committed: such a run
                fails, so that another one looks once more.
        """
        listed = {seen.item: seen for seen in self._view.objects}
        for item, result in self._rejected.items():
            if item in listed:
                self._lines[item.key] = result
        if isinstance(action, End):
            self._end(action)
        else:
            self._lines[self.key] = Result(
                reason=Reason.DRY_RUN, detail=_WOULD[type(action)], fields=dict(facts)
            )
        if unanswered:
            self._lines[self.key] = result_from_error(unanswered) or Result(
                reason=Reason.NOT_SETTLED
            )

    def fail(self, result: Result) -> None:
        """Note that the run has failed; the event's own object gets the result."""
        for item, rejected in self._rejected.items():
            self._lines[item.key] = rejected
        self._lines[self.key] = result

    def lines(
        self, common: Mapping[str, Any], times: Mapping[str, float]
    ) -> list[ObjectResult]:
        """
        Return a result per object, the one of the event's object first.

        Args:
            common: Fields of all.

            times: Fields of the first.
        """
        keys = sorted(self._lines, key=lambda key: key != self.key)
        return [
            ObjectResult(
                key=key,
                result=Result(
                    reason=self._lines[key].reason,
                    detail=self._lines[key].detail,
                    fields={
                        **common,
                        **self._lines[key].fields,
                        **({} if number else times),
                    },
                ),
            )
            for number, key in enumerate(keys)
        ]

    def _end(self, end: End) -> None:
        """Add the lines of an end: of its object, and of the event's own."""
        if end.item is not None:
            if self._was_set(end):
                self._lines[end.item.key] = self._picture_set(end.item)
            elif end.item.key == self.key or not self.key:
                self._lines[end.item.key] = Result(
                    reason=end.reason, fields=self._shown(end)
                )
        if end.item is None and isinstance(self.applied, Remove):
            self._lines[self.key] = Result(
                reason=Reason.PICTURE_REMOVED, fields=self._before()
            )
        if self.key not in self._lines and (self.key or end.item is None):
            self._lines[self.key] = self._result_of_event(end)

    def _was_set(self, end: End) -> bool:
        """Tell whether this run has set the picture of the end's object."""
        is_set = isinstance(self.applied, Upload | SetImage)
        is_same = is_set and getattr(self.applied, "item", None) == end.item
        return is_same and end.reason is Reason.IN_SYNC

    def _picture_set(self, item: StoredObject) -> Result:
        """Return the result of an object whose picture was set."""
        is_older = item != self._view.objects[0].item
        detail = OLDER if is_older else ""
        fields = {**self._facts, "object_id": self._image_id, **self._before()}
        return Result(reason=Reason.PICTURE_SET, detail=detail, fields=fields)

    def _shown(self, end: End) -> dict[str, Any]:
        """Return the fields of an object whose picture was shown already."""
        for seen in self._view.objects:
            if seen.item == end.item and seen.tag and end.reason is Reason.IN_SYNC:
                return {"object_id": getattr(seen.tag, "image_id", None)}
        return {}

    def _before(self) -> dict[str, Any]:
        """Return the field that names the picture shown before."""
        return {"previous_object_id": self._previous}

    def _result_of_event(self, end: End) -> Result:
        """Return the result of the event's object where the end is about another."""
        for seen in self._view.objects:
            if seen.item.key == self.key:
                reason = find_rejection(seen, self._policy)
                if reason is None:
                    return Result(reason=Reason.NEWER_OBJECT)
                return Result(reason=reason, detail=self._explain(reason, seen.item))
        reason = Reason.OBJECT_GONE if end.item else end.reason
        return Result(reason=reason)

    def _explain(self, reason: Reason, item: StoredObject) -> str:
        """Return why an object is rejected that was not downloaded."""
        if reason is Reason.EMPTY_OBJECT:
            return reason.meaning
        if item.size > self._policy.max_bytes:
            return explain_size(item.size, self._policy.max_bytes)
        return f"{reason.meaning} (known from the last attempt)"
