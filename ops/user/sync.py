"""ops sync: give a user a picture now, without the bucket."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from authgear import Budget
from factory import specify_picture
from ops.deployment import Deployment
from ops.problem import Problem
from ops.session import JSONOption, Session, StackOption
from ops.user.names import TIME, profile_of, read_user
from outcome import Reason
from pictures.errors import PictureRejected
from pictures.profile_picture import make_profile_picture
from sync.user_profile import UserProfile

SETTLE = 1.0  # seconds after which an update that was answered must be seen


def sync(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, metavar="FILE", help="A picture of any kind."
        ),
    ],
    user: Annotated[
        str,
        typer.Option(
            "--user", metavar="USER", help="User id, e-mail, phone or user name."
        ),
    ],
    stack: StackOption = "",
    as_json: JSONOption = False,
) -> None:
    """
    Set one user's picture from a file.

    The bucket is not used. A later object of this user in the bucket replaces it.
    """
    session = Session.of(context)
    deployment = Deployment.find(session, stack)
    try:
        made = make_profile_picture(
            file.read_bytes(),
            specify_picture(deployment.settings),
            deployment.find_focus,
        )
    except PictureRejected as error:
        what = f"{error.reason}: {error}"
        raise Problem(what) from None
    if not as_json:
        session.say(deployment.describe())
    budget = Budget(deadline=time.monotonic() + TIME, sleep=session.sleep)
    profile = profile_of(deployment, user, budget)
    image_id = _set(profile, made.data)
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
    app_id = deployment.settings.authgear_app_id
    place = f"{deployment.settings.authgear_endpoint}/_images/{app_id}/{image_id}"
    session.say(f"{place}/profile")


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
