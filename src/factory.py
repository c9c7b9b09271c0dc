"""Settings -> the parts that do the work; the same for Lambda and for the operator."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import requests

from authgear import AccessTokens, AdminAPI, Connection
from authgear.key_pair import load_key_pair
from pictures.isolation.decoder import Decoder, IsolatedMaker
from pictures.model import FindFocus, MakePicture, PictureSpec
from resync.bulk_queue import BulkQueue
from resync.comparison import Comparison
from resync.resync import Resyncer
from settings import FACE, Settings
from storage.bucket import Bucket
from sync.decide import Policy
from sync.picture_job import RunDuring
from sync.reconciler import Reconciler
from version import NAME, VERSION

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

# Raised by hand when the code must remake pictures that earlier code has made.
IMAGE_VERSION = 1
# Raised by hand when the code accepts files that earlier code has rejected.
REJECTION_VERSION = 1


def connect(
    settings: Settings,
    *,
    session: requests.Session | None = None,
) -> Connection:
    """
    Make the one connection to Authgear.

    Args:
        settings: Name the endpoint.

        session: Keeps connections alive; a new one if left out.
    """
    return Connection(
        endpoint=settings.authgear_endpoint,
        user_agent=f"{NAME}/{VERSION}",
        session=session,
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
        looks_into_squares=settings.face_zoom > 0,
        accepted_formats=settings.accepted_formats,
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

    return FaceFinder(make_client(), settings.face_zoom).find


def build_policy(settings: Settings) -> Policy:
    """Say what the operator decides, and which settings shape images and rejections."""
    spec = specify_picture(settings)
    return Policy(
        overwrite=settings.overwrite,
        remove_on_delete=settings.remove_on_delete,
        max_bytes=settings.max_input_bytes,
        image_settings=(
            IMAGE_VERSION,
            settings.authgear_endpoint,
            settings.authgear_app_id,
            spec.size,
            spec.quality,
            settings.crop_position,
            settings.face_zoom if settings.crop_position == FACE else 0,
            spec.background,
        ),
        rejection_settings=(
            REJECTION_VERSION,
            spec.max_bytes,
            spec.max_pixels,
            spec.accepted_formats,
            settings.memory_size,
        ),
    )


def build_picture_maker(
    settings: Settings, find_focus: FindFocus | None, decoder: Decoder | None = None
) -> MakePicture:
    """
    Build the part that makes pictures, in a process without credentials.

    Args:
        settings: What the operator decides.

        find_focus: Tells where to cut a picture, if the settings alone do not.

        decoder: The process; if left out, one that starts with the first picture.
    """
    return IsolatedMaker(decoder or Decoder(), specify_picture(settings), find_focus)


def build_reconciler(
    settings: Settings,
    bucket: Bucket,
    admin_api: AdminAPI,
    make_picture: MakePicture,
    run_during: RunDuring | None = None,
) -> Reconciler:
    """
    Build the part that brings one user in sync.

    Args:
        settings: What the operator decides.

        bucket: The bucket.

        admin_api: Authgear.

        make_picture: Makes the picture of a file's bytes.

        run_during: Lets work go on during a block, if it may.
    """
    return Reconciler(
        bucket=bucket,
        pattern=settings.key_pattern,
        admin_api=admin_api,
        make_picture=make_picture,
        policy=build_policy(settings),
        run_during=run_during,
    )


def build_resyncer(
    settings: Settings,
    bucket: Bucket,
    admin_api: AdminAPI,
    make_sqs: Callable[[], SQSClient],
) -> Resyncer:
    """
    Build the part that compares many users.

    Args:
        settings: What the operator decides.

        bucket: The bucket.

        admin_api: Authgear.

        make_sqs: Makes the client of the bulk queue.
    """
    return Resyncer(
        bucket=bucket,
        prefix=settings.key_pattern.head,
        comparison=Comparison(
            bucket=bucket,
            pattern=settings.key_pattern,
            admin_api=admin_api,
            policy=build_policy(settings),
        ),
        queue=BulkQueue(make_sqs, settings.bulk_queue_url),
    )
