"""Settings -> the parts that do the work; the same for Lambda and for the operator."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import requests

from authgear import AccessTokens, AdminAPI, Connection, Throttle
from authgear.key_pair import load_key_pair
from pictures.profile_picture import FindFocus, PictureSpec
from settings import FACE, Settings
from sync.parallel import RunDuring, run_inline
from sync.reconcile_loop import Policy
from sync.reconciler import Reconciler
from version import VERSION

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

NAME = "authgear-s3-profile-pictures"


def connect(
    settings: Settings,
    *,
    session: requests.Session | None = None,
    throttle: Throttle | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Connection:
    """
    Make the one connection to Authgear.

    Args:
        settings: Name the endpoint.

        session: Keeps connections alive; a new one if left out.

        throttle: What all requests keep to when Authgear asks for fewer.

        sleep: Waits for so many seconds before a request is repeated.
    """
    return Connection(
        endpoint=settings.authgear_endpoint,
        user_agent=f"{NAME}/{VERSION}",
        session=session,
        throttle=throttle,
        sleep=sleep,
        private_ca=settings.authgear_ca,
    )


def authorize(
    settings: Settings, secrets_manager: SecretsManagerClient
) -> AccessTokens:
    """Make access tokens with the key pair of the secret, read when it is needed."""
    return AccessTokens(
        app_id=settings.authgear_app_id,
        load_key_pair=lambda: load_key_pair(
            secrets_manager, settings.authgear_secret_id
        ),
        audit_context={"triggered_by": NAME, "version": VERSION},
    )


def specify_picture(settings: Settings) -> PictureSpec:
    """Say what picture is made, and what is accepted."""
    position = settings.crop_position
    return PictureSpec(
        size=settings.picture_size,
        quality=settings.picture_quality,
        crop_position=None if isinstance(position, str) else position,
        background=settings.background_color,
        max_bytes=settings.max_input_bytes,
        max_pixels=settings.max_input_pixels,
    )


def build_focus_finder(
    settings: Settings, make_client: Callable[[], RekognitionClient]
) -> FindFocus | None:
    """
    Make what looks for faces, if that is wanted; nothing of it is loaded if not.

    Args:
        settings: Say whether it is wanted.

        make_client: Makes the client of Rekognition.
    """
    if settings.crop_position != FACE:
        return None
    from pictures.rekognition import FaceFinder

    return FaceFinder(make_client()).find


def build_reconciler(
    settings: Settings,
    admin_api: AdminAPI,
    find_focus: FindFocus | None,
    run_during: RunDuring = run_inline,
) -> Reconciler:
    """
    Make what brings one user in sync.

    Args:
        settings: What the operator decides.

        admin_api: Authgear.

        find_focus: Tells where to cut a picture, if the settings alone do not.

        run_during: Lets work go on during a block.
    """
    return Reconciler(
        pattern=settings.key_pattern,
        admin_api=admin_api,
        spec=specify_picture(settings),
        find_focus=find_focus,
        policy=Policy(
            overwrite=settings.overwrite,
            remember=settings.remember,
            remove_on_delete=settings.remove_on_delete,
            verify_update=settings.verify_update,
        ),
        run_during=run_during,
    )
