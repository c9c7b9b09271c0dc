"""ops status: one user's bucket, profile and log, side by side."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from authgear import AuthgearError, Budget
from factory import build_picture_maker, build_reconciler
from ops.deployment import Deployment
from ops.session import JSONOption, Session, StackOption
from ops.user.log import read_log
from ops.user.names import TIME, kind_of, profile_of, read_user, text_in_keys
from outcome import Outcome, Reason
from storage.bucket import Bucket, StoredObject
from storage.key_pattern import KeyIgnored
from sync.sync_tag import TAG, parse_sync_tag
from sync.user_profile import AmbiguousUser

MOST_OBJECTS = 10
MOMENT = "%Y-%m-%d %H:%M:%S %Z"


def status(
    context: typer.Context,
    user: Annotated[
        str, typer.Argument(metavar="USER", help="User id, e-mail, phone or user name.")
    ],
    stack: StackOption = "",
    days: Annotated[
        int, typer.Option(min=1, metavar="N", help="How far back the log is read.")
    ] = 7,
    lines: Annotated[
        int, typer.Option(min=1, metavar="N", help="Lines of the log.")
    ] = 5,
    as_json: JSONOption = False,
) -> None:
    """
    Show one user: bucket, Authgear, log.

    The exit status is 0 if Authgear shows the picture that it should.
    """
    session = Session.of(context)
    deployment = Deployment.find(session, stack)
    profile = _profile(deployment, user)
    name = profile.pop("text") or kind_of(user)[1]
    objects = _objects(deployment, name)
    since = session.now() - days * 86_400
    log = read_log(deployment, {profile.get("user_id") or name, name}, since)[-lines:]
    verdict, is_fine = _judge(deployment, profile, objects)
    if as_json:
        found = {"objects": objects, "authgear": profile, "log": log}
        session.print_json({"verdict": verdict, "in_sync": is_fine, **found})
    else:
        _show(session, profile, objects, log, has_log=deployment.stack is not None)
        session.say(f"\n{verdict}", "green" if is_fine else "red")
    if not is_fine:
        raise typer.Exit(1)


def _profile(deployment: Deployment, user: str) -> dict[str, Any]:
    """Return the user's side in Authgear; no attribute but the picture's id."""
    profile = profile_of(deployment, user, Budget(deadline=time.monotonic() + TIME))
    try:
        found = read_user(profile)
    except (AuthgearError, AmbiguousUser, KeyIgnored) as error:
        return {"problem": str(error), "text": "", "user_id": profile.user_id}
    return {
        "user_id": found.user_id,
        "has_picture": found.has_picture,
        "object_id": found.picture_object_id,
        "text": text_in_keys(deployment, found),
    }


def _objects(deployment: Deployment, name: str) -> list[dict[str, Any]]:
    """Return the user's objects, newest first, with what their tags say."""
    pattern, bucket = deployment.settings.key_pattern, deployment.bucket
    return [
        {
            "bucket": bucket.name,
            "key": item.key,
            "bytes": item.size,
            "last_modified": item.last_modified,
            "tag": _tag(bucket, item),
        }
        for item in _list(bucket, pattern.prefix(name), name, pattern)[:MOST_OBJECTS]
    ]


def _tag(bucket: Bucket, item: StoredObject) -> str | None:
    """Return the result in the sync tag of an object's present content."""
    tag = parse_sync_tag((bucket.read_tags(item.key).values or {}).get(TAG, ""))
    return tag.result if tag and tag.etag == item.etag else None


def _list(bucket: Bucket, prefix: str, name: str, pattern: Any) -> list[Any]:
    """List the user's objects."""
    return bucket.list_newest_first(prefix, lambda key: pattern.names(key, name))


def _judge(
    deployment: Deployment,
    profile: dict[str, Any],
    objects: Sequence[dict[str, Any]],
) -> tuple[str, bool]:
    """Say in a sentence whether bucket and Authgear agree, by a dry run."""
    if "problem" in profile:
        return profile["problem"], False
    if not objects:
        return "The bucket has no picture of this user.", False
    newest, shown = objects[0]["key"], profile["object_id"]
    reasons, detail = _try(deployment, newest)
    if Reason.DRY_RUN in reasons:
        return f"Not in sync: {newest} is not what Authgear shows.", False
    if any(reason.outcome is Outcome.FAILED for reason in reasons):
        return detail, False
    for item in objects:
        if shown and item["tag"] == shown:
            return f"In sync: Authgear shows {item['key']}.", True
    return detail, Reason.KEPT in reasons or Reason.REMOVED_BY_USER in reasons


def _try(deployment: Deployment, key: str) -> tuple[list[Reason], str]:
    """Return the reasons of a dry run, and what it says of the object itself."""
    settings = deployment.settings
    make_picture = build_picture_maker(settings, deployment.find_focus)
    reconciler = build_reconciler(
        settings, deployment.bucket, deployment.admin_api, make_picture
    )
    budget = Budget(deadline=time.monotonic() + TIME)
    lines = reconciler.reconcile(key, budget, dry_run=True)
    result = lines[0].result
    detail = result.detail or result.reason.meaning
    return [line.result.reason for line in lines], f"{key}: {detail}."


def _show(
    session: Session,
    profile: dict[str, Any],
    objects: Sequence[dict[str, Any]],
    log: Sequence[dict[str, Any]],
    *,
    has_log: bool,
) -> None:
    """Print the three, below each other where the terminal is narrow."""
    session.say("Bucket", "bold")
    table = _grid()
    for it in objects:
        when = f"{it['last_modified']:{MOMENT}}"
        key = Text(f"{it['key']}\ntag: {it['tag'] or 'none'}")
        table.add_row(when, size_text(it["bytes"]), key)
    session.console.print(table if objects else "nothing")
    session.say("\nAuthgear", "bold")
    session.say(f"user     {profile.get('user_id') or 'unknown'}")
    picture = profile.get("object_id")
    other = "one from elsewhere" if profile.get("has_picture") else "none"
    session.say(f"picture  {picture or other}")
    session.say("\nLog", "bold")
    table = _grid()
    for it in log:
        detail = Text(str(it["detail"]))
        if it["previous_object_id"]:
            detail.append(f"\nbefore: {it['previous_object_id']}")
        when = f"{it['timestamp']:{MOMENT}}"
        table.add_row(when, f"{it['outcome']} {it['reason']}", detail)
    nothing = "nothing" if has_log else "it takes --stack to read it"
    session.console.print(table if log else nothing)


def size_text(count: int) -> str:
    """Return a number of bytes as people read it."""
    if count < 1000:
        return f"{count} bytes"
    number, unit = (count / 1e6, "MB") if count >= 1e6 else (count / 1e3, "kB")
    return f"{number:.1f} {unit}"


def _grid() -> Table:
    """Return a table of three columns, of which the last takes what is left."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for overflow in (None, None, "fold"):
        table.add_column(overflow=overflow or "ellipsis", no_wrap=overflow is None)
    return table
