"""ops status: one user's bucket, profile and log, side by side."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from authgear import AuthgearError, UserNotFound
from ops.deployment import Deployment
from ops.session import JSONOption, Session, StackOption
from ops.user.log import read_log
from ops.user.names import TIME, kind_of, profile_of, text_in_keys
from storage.bucket import Bucket
from storage.key_pattern import KeyIgnored
from sync.reconcile_loop import LASTING
from sync.run_log import RunLog
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
    verdict, is_fine = _judge(profile, objects)
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
    run_log = RunLog(deadline=time.monotonic() + TIME)
    profile = profile_of(deployment, user, run_log)
    try:
        found = profile.read()
    except (UserNotFound, AmbiguousUser, KeyIgnored) as error:
        return {"problem": str(error), "text": "", "user_id": profile.user_id}
    except AuthgearError as error:
        return {"problem": str(error), "text": "", "user_id": profile.user_id}
    return {
        "user_id": found.user_id,
        "has_picture": found.has_picture,
        "object_id": found.picture_object_id,
        "text": text_in_keys(deployment, found),
    }


def _objects(deployment: Deployment, name: str) -> list[dict[str, Any]]:
    """Return the user's objects, newest first, with what their tags say."""
    pattern = deployment.settings.key_pattern
    return [
        {
            "bucket": bucket.name,
            "key": item.key,
            "bytes": item.size,
            "last_modified": item.last_modified,
            "tag": bucket.read_sync_tag(item).result or None,
        }
        for bucket in deployment.buckets
        for item in _list(bucket, pattern.prefix(name), name, pattern)[:MOST_OBJECTS]
    ]


def _list(bucket: Bucket, prefix: str, name: str, pattern: Any) -> list[Any]:
    """List the user's objects in one bucket."""
    return bucket.list_newest_first(prefix, lambda key: pattern.names(key, name))


def _judge(
    profile: dict[str, Any], objects: Sequence[dict[str, Any]]
) -> tuple[str, bool]:
    """Say in a sentence whether bucket and Authgear agree."""
    if "problem" in profile:
        return profile["problem"], False
    if not objects:
        return "The bucket has no picture of this user.", False
    shown = profile["object_id"]
    for item in objects:
        if shown and item["tag"] == shown:
            return f"In sync: Authgear shows {item['key']}.", True
        if item["tag"] not in LASTING:
            return f"Not in sync: {item['key']} is not what Authgear shows.", False
    return "None of the user's objects is a picture.", False


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
