"""Is one user in sync, and if not: what will happen, and what can be run?"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from authgear import Budget
from factory import build_picture_maker, build_policy, build_reconciler
from ops.deployment import Deployment
from ops.user.names import TIME
from ops.user.outlook import Outlook
from outcome import Outcome, Reason, Result
from resync.causes import QUEUED, Cause
from resync.comparison import Comparison
from storage.bucket import StoredObject
from sync.reconciler import Reconciler
from sync.results import ObjectResult
from sync.sync_tag import SETTLED
from triggers.messages import Mode

AGREED = (Reason.IN_SYNC, Reason.NO_PICTURE, Reason.KEPT, Reason.REMOVED_BY_USER)
REFUSED_UPDATES = set(SETTLED.values()) - {Reason.KEPT}
NOTHING = "Nothing will happen by itself."


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """
    Whether a user is in sync.

    Args:
        in_sync: Whether Authgear shows the right picture.

        finding: The finding, in one sentence.

        outlook: The next automatic step; empty if none is needed.

        remedy: The remedy, often a command.
    """

    in_sync: bool
    finding: str
    outlook: str = ""
    remedy: str = ""


@dataclass
class Judge:
    """
    Judges one user by a dry run of what the function does.

    Args:
        deployment: Settings and connections.

        user: The user, as the operator names them.

        outlook: Tells what happens by itself.
    """

    deployment: Deployment
    user: str
    outlook: Outlook

    def judge_unread(self, result: Result) -> Verdict:
        """Judge a user who cannot be read from Authgear."""
        if result.outcome is Outcome.FAILED:
            return self._failed(result)
        outlook = NOTHING
        if result.reason is Reason.UNKNOWN_USER:
            outlook = f"Once Authgear has the user: {_lower(self.outlook.repair)}"
        return Verdict(
            in_sync=False,
            finding=_sentence(result),
            outlook=outlook,
            remedy=_advice(result.reason),
        )

    def judge(self, user_id: str, items: Sequence[StoredObject]) -> Verdict:
        """
        Judge a user.

        Args:
            user_id: The user's UUID.

            items: The user's objects, newest first.
        """
        budget = Budget(deadline=time.monotonic() + TIME)
        lines = self._reconciler.reconcile_user(user_id, budget, dry_run=True)
        end = _find_end(lines)
        if end is None and items:
            # Every object is refused: only the look at the newest one shows why.
            newest = items[0].key
            end = self._reconciler.reconcile(newest, budget, dry_run=True)[0]
        if end is None:
            return self._judge_without_objects(lines)
        result = end.result
        if result.outcome is Outcome.FAILED:
            return self._failed(result)
        if result.reason in AGREED:
            return _agreed(end)
        if result.reason is Reason.DRY_RUN:
            return self._differs(result, items, budget)
        return self._refused(end)

    def _judge_without_objects(self, lines: Sequence[ObjectResult]) -> Verdict:
        """Judge a user of whom the bucket has nothing."""
        why = lines[0].result.detail if lines else ""
        detail = f": {why}" if why else ""
        return Verdict(
            in_sync=False,
            finding=f"The bucket has no picture of this user{detail}.",
            outlook="Nothing will happen until there is one.",
            remedy="Put a picture into the bucket; `KEY_PATTERN` says under which key.",
        )

    def _failed(self, result: Result) -> Verdict:
        """Return the verdict where the look itself failed."""
        return Verdict(
            in_sync=False,
            finding=_sentence(result),
            outlook="It is not known whether the user is in sync.",
            remedy=f"Run: {self.outlook.command('doctor')}",
        )

    def _differs(
        self, result: Result, items: Sequence[StoredObject], budget: Budget
    ) -> Verdict:
        """Return the verdict on a user whom the function would change."""
        finding = f"Not in sync: {result.detail}"
        if items:
            finding += f" ({items[0].key} is the newest object)"
        sync = self.outlook.command("sync", self.user)
        remedy = f"To do it now, run: {sync}"
        if not items:
            outlook = "It happens with the next report or event of this user."
        elif self._find_cause(items, budget) in QUEUED[Mode.SCHEDULED]:
            outlook = self.outlook.retry or self.outlook.repair
        else:
            outlook = "No resync does it, because the settings were changed."
            remedy += f"\nFor all users, run: {self.outlook.command('backfill')}"
        return Verdict(
            in_sync=False, finding=f"{finding}.", outlook=outlook, remedy=remedy
        )

    def _refused(self, line: ObjectResult) -> Verdict:
        """Return the verdict on an object that cannot become the picture."""
        reason = line.result.reason
        outlook = "Nothing will happen until there is another file."
        if reason in REFUSED_UPDATES:
            outlook = NOTHING
        again = self.outlook.command("sync", self.user, "--again")
        return Verdict(
            in_sync=False,
            finding=f"{line.key}: {_sentence(line.result)}",
            outlook=outlook,
            remedy=f"{_advice(reason)}\nTo try the same file again, run: {again}",
        )

    def _find_cause(self, items: Sequence[StoredObject], budget: Budget) -> Cause:
        """Return what a resync finds out of the user."""
        deployment = self.deployment
        comparison = Comparison(
            bucket=deployment.bucket,
            pattern=deployment.settings.key_pattern,
            admin_api=deployment.admin_api,
            policy=build_policy(deployment.settings),
        )
        return comparison.compare("", "", items, budget)[0].cause

    @cached_property
    def _reconciler(self) -> Reconciler:
        """The part that does the function's work."""
        deployment, settings = self.deployment, self.deployment.settings
        make_picture = build_picture_maker(settings, deployment.find_focus)
        return build_reconciler(
            settings, deployment.bucket, deployment.admin_api, make_picture
        )


def _find_end(lines: Sequence[ObjectResult]) -> ObjectResult | None:
    """Return the line that says what will happen to the user, if there is one."""
    deciding = (*AGREED, Reason.DRY_RUN, *REFUSED_UPDATES)
    for line in lines:
        reason = line.result.reason
        if reason in deciding or reason.outcome is Outcome.FAILED:
            return line
    return None


def _agreed(line: ObjectResult) -> Verdict:
    """Return the verdict on a user who is in sync, or left as they are."""
    if line.result.reason is Reason.IN_SYNC:
        return Verdict(in_sync=True, finding=f"In sync: Authgear shows {line.key}.")
    finding = _sentence(line.result)
    outlook = {
        Reason.KEPT: "Nothing will happen: that is what OVERWRITE says.",
        Reason.REMOVED_BY_USER: "The next newer object becomes the picture.",
    }.get(line.result.reason, "")
    return Verdict(in_sync=True, finding=finding, outlook=outlook)


def _sentence(result: Result) -> str:
    """Return what a result says, as a sentence."""
    text = result.detail or result.reason.meaning
    return text if text.endswith(".") else f"{text[:1].upper()}{text[1:]}."


def _advice(reason: Reason) -> str:
    """Return what docs/failures.md says to do, as a sentence."""
    return f"{reason.advice[:1].upper()}{reason.advice[1:]}."


def _lower(text: str) -> str:
    """Return a sentence as the second half of another."""
    return text[:1].lower() + text[1:]
