"""ops status: one user's bucket, profile and log, side by side."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from authgear import AuthgearError, Budget
from ops.deployment import Deployment
from ops.session import JSONOption, Session, StackOption
from ops.user.log import read_log
from ops.user.names import TIME, kind_of, profile_of, read_user, text_in_keys
from ops.user.outlook import Outlook
from ops.user.verdict import Judge, Verdict
from outcome import Result
from storage.bucket import Bucket, StoredObject
from storage.key_pattern import KeyIgnored
from sync.errors import result_from_error
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

    Says whether the user is in sync and, if not, what will happen and what to run.
    Nothing is changed. The exit status is 0 if Authgear shows the picture that it
    should.
    """
    session = Session.of(context)
    deployment = Deployment.find(session, stack)
    profile, unread = _profile(deployment, user)
    name = profile.pop("text") or kind_of(user)[1]
    items = _list(deployment, name)
    objects = [_as_dict(deployment.bucket, item) for item in items[:MOST_OBJECTS]]
    since = session.now() - days * 86_400
    log = read_log(deployment, {profile.get("user_id") or name, name}, since)[-lines:]
    judge = Judge(deployment, user, Outlook(deployment, log, session.now()))
    verdict = (
        judge.judge_unread(unread) if unread else judge.judge(profile["user_id"], items)
    )
    if as_json:
        told: dict[str, Any] = {
            "verdict": verdict.finding,
            "in_sync": verdict.in_sync,
            "outlook": verdict.outlook,
            "remedy": verdict.remedy,
        }
        found = {"objects": objects, "authgear": profile, "log": log}
        session.print_json({**told, **found})
    else:
        _show(session, profile, objects, log, has_log=deployment.stack is not None)
        _tell(session, verdict)
    if not verdict.in_sync:
        raise typer.Exit(1)


def _profile(deployment: Deployment, user: str) -> tuple[dict[str, Any], Result | None]:
    """
    Return the user's side in Authgear; of the attributes only the picture's id.

    With it comes the result that it means if the user cannot be read.
    """
    profile = profile_of(deployment, user, Budget(deadline=time.monotonic() + TIME))
    try:
        found = read_user(profile)
    except (AuthgearError, AmbiguousUser, KeyIgnored) as error:
        unread = {"problem": str(error), "text": "", "user_id": profile.user_id}
        return unread, result_from_error(error)
    facts = {
        "user_id": found.user_id,
        "has_picture": found.has_picture,
        "object_id": found.picture_object_id,
        "text": text_in_keys(deployment, found),
    }
    return facts, None


def _as_dict(bucket: Bucket, item: StoredObject) -> dict[str, Any]:
    """Return an object with what its tag says."""
    return {
        "bucket": bucket.name,
        "key": item.key,
        "bytes": item.size,
        "last_modified": item.last_modified,
        "tag": _tag(bucket, item),
    }


def _tag(bucket: Bucket, item: StoredObject) -> str | None:
    """Return the result in the sync tag of an object's present content."""
    tag = parse_sync_tag((bucket.read_tags(item.key).values or {}).get(TAG, ""))
    return tag.result if tag and tag.etag == item.etag else None


def _list(deployment: Deployment, name: str) -> list[StoredObject]:
    """List the user's objects, newest first."""
    pattern = deployment.settings.key_pattern
    return deployment.bucket.list_newest_first(
        pattern.prefix(name), lambda key: pattern.names(key, name)
    )


def _tell(session: Session, verdict: Verdict) -> None:
    """Print the verdict: what was found, what will happen, what to do."""
    session.say(f"\n{verdict.finding}", "green" if verdict.in_sync else "red")
    for line in (verdict.outlook, *verdict.remedy.splitlines()):
        if line:
            # In one line, however long, so that a command in it can be pasted.
            session.console.print(Text(line), soft_wrap="ops " in line)


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
