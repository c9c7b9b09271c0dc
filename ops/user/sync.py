"""ops sync: bring one user in sync now, or set a picture without the bucket."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from authgear import Budget
from factory import (
    build_picture_maker,
    build_policy,
    build_reconciler,
    specify_picture,
)
from ops.deployment import Deployment
from ops.problem import USAGE, Problem
from ops.session import JSONOption, Session, StackOption
from ops.user.names import TIME, profile_of, read_user
from outcome import Outcome, Reason
from pictures.errors import PictureRejected
from pictures.mark import add_mark
from pictures.profile_picture import make_profile_picture
from sync.results import ObjectResult
from sync.sync_tag import make_mark
from sync.user_profile import UserProfile

SETTLE = 1.0  # seconds after which an update that was answered must be seen
BAD = (Outcome.FAILED, Outcome.REJECTED)


def sync(
    context: typer.Context,
    target: Annotated[
        str,
        typer.Argument(
            metavar="USER|FILE",
            help="User id, e-mail, phone, user name; or a file.",
        ),
    ],
    user: Annotated[
        str,
        typer.Option("--user", metavar="USER", help="The user who gets the picture."),
    ] = "",
    again: Annotated[
        bool,
        typer.Option(
            "--again",
            metavar="",
            help="Make the picture once more, even if the tags say that it is in sync.",
        ),
    ] = False,
    stack: StackOption = "",
    as_json: JSONOption = False,
) -> None:
    """
    Bring one user in sync now, or set a picture from a file.

    --again repairs a picture that Authgear's store has lost, and tries a rejected file
    once more. With --user, the picture is set without the bucket. If the bucket has a
    picture of the user, the next resync or event of the user brings that one back.
    """
    session = Session.of(context)
    if user and (again or not Path(target).is_file()):
        what = "--user takes a file to set; --again looks at the bucket."
        raise Problem(
            what, "ops sync FILE --user USER, or ops sync USER --again.", status=USAGE
        )
    deployment = Deployment.find(session, stack)
    if not as_json:
        session.say(deployment.describe())
    budget = Budget(deadline=time.monotonic() + TIME, sleep=session.sleep)
    profile = profile_of(deployment, user or target, budget)
    if user:
        _set_file(session, deployment, profile, Path(target), as_json=as_json)
    else:
        _sync_with_bucket(session, deployment, profile, again=again, as_json=as_json)


def _sync_with_bucket(
    session: Session,
    deployment: Deployment,
    profile: UserProfile,
    *,
    again: bool,
    as_json: bool,
) -> None:
    """Do for one user what the function does; end with 1 if a picture is not set."""
    settings = deployment.settings
    reconciler = build_reconciler(
        settings,
        deployment.bucket,
        deployment.admin_api,
        build_picture_maker(settings, deployment.find_focus),
    )
    user_id = profile.find()
    lines = reconciler.reconcile_user(user_id, profile.log.budget, again=again)
    if as_json:
        session.print_json({"user_id": user_id, "objects": list(map(_entry, lines))})
    else:
        _show(session, lines)
    if any(line.result.outcome in BAD for line in lines):
        raise typer.Exit(1)


def _entry(line: ObjectResult) -> dict[str, object]:
    """Return the result of one object."""
    result = line.result
    return {
        "key": line.key,
        "outcome": result.outcome,
        "reason": result.reason,
        "detail": result.sentences,
        **result.fields,
    }


def _show(session: Session, lines: Sequence[ObjectResult]) -> None:
    """Print the result of each object."""
    for line in lines:
        result = line.result
        session.say(f"{result.outcome} {result.reason}: {line.key or 'no object'}")
        session.say(f"  {result.sentences}")


def _set_file(
    session: Session,
    deployment: Deployment,
    profile: UserProfile,
    file: Path,
    *,
    as_json: bool,
) -> None:
    """Make a file the user's picture."""
    settings, data = deployment.settings, file.read_bytes()
    try:
        made = make_profile_picture(
            data, specify_picture(settings), deployment.find_focus
        )
    except PictureRejected as error:
        what = f"{error.reason}: {error}"
        raise Problem(what) from None
    image_id = _set(profile, add_mark(made.data, _mark(deployment, profile, data)))
    if as_json:
        session.print_json(
            {
                "outcome": Reason.PICTURE_SET.outcome,
                "reason": Reason.PICTURE_SET,
                "user_id": profile.user_id,
                "object_id": image_id,
            }
        )
        return
    session.say(f"Authgear shows the new picture of {profile.user_id}.")
    place = f"{settings.authgear_endpoint}/_images/{settings.authgear_app_id}"
    session.say(f"{place}/{image_id}/profile")


def _mark(deployment: Deployment, profile: UserProfile, data: bytes) -> str:
    """
    Return the mark of a file's picture: without one it would pass for the user's own.

    It is that of an object with the same content, whose ETag is most often its MD5.
    """
    etag = hashlib.md5(data, usedforsecurity=False).hexdigest()
    fingerprint = build_policy(deployment.settings).image_fingerprint(profile.text)
    return make_mark(etag, fingerprint)


def _set(profile: UserProfile, picture: bytes) -> str:
    """
    Read, upload, read again, write, and look: a 200 can be untrue.

    The first reading is for a user who cannot be updated: nothing is uploaded for one.

    Raises:
        Problem: Authgear shows another picture.
    """
    budget = profile.log.budget
    read_user(profile)
    image_id = profile.upload(profile.create_upload_url(), picture)
    profile.admin_api.set_picture(read_user(profile), image_id, budget=budget)
    for _ in range(2):
        if read_user(profile).picture_object_id == image_id:
            return image_id
        budget.pause(SETTLE)
    what = "Authgear answered that the picture is set, and shows another."
    raise Problem(what, "Try again; somebody may have changed the user just now.")
