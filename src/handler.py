"""Lambda's entry: wires everything once per container, from the environment."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from botocore.config import Config
from botocore.session import get_session

from authgear import AccessTokens, AdminAPI, Connection
from bucket import Bucket
from function import Function
from key_pair import load_key_pair
from picture import PictureSpec
from reconcile import Reconciler
from rounds import Policy
from settings import Settings
from version import VERSION

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

NAME = "authgear-s3-profile-pictures"

# Two attempts of five seconds, and up to one between them: less than function.MARGIN.
AWS = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 2})


def build(settings: Settings, *, logger: Logger, metrics: Metrics) -> Function:
    """Wire the function from its settings."""
    # Not boto3: it loads resources and transfers, which nobody needs here.
    aws: Any = get_session()
    s3 = aws.create_client("s3", config=AWS)
    secrets_manager = aws.create_client("secretsmanager", config=AWS)
    tokens = AccessTokens(
        app_id=settings.authgear_app_id,
        load_key_pair=lambda: load_key_pair(
            secrets_manager, settings.authgear_secret_id
        ),
        audit_context={"triggered_by": NAME, "version": VERSION},
    )
    connection = Connection(
        endpoint=settings.authgear_endpoint, user_agent=f"{NAME}/{VERSION}"
    )
    reconciler = Reconciler(
        pattern=settings.key_pattern,
        admin_api=AdminAPI(connection, tokens),
        spec=PictureSpec(
            size=settings.picture_size,
            quality=settings.picture_quality,
            crop_position=settings.crop_position,
            background=settings.background_color,
            max_bytes=settings.max_input_bytes,
            max_pixels=settings.max_input_pixels,
        ),
        policy=Policy(
            overwrite=settings.overwrite,
            remember=settings.remember,
            remove_on_delete=settings.remove_on_delete,
            verify_update=settings.verify_update,
        ),
    )
    return Function(
        buckets={name: Bucket(s3, name) for name in settings.bucket_names},
        reconciler=reconciler,
        logger=logger,
        metrics=metrics,
    )


# At INFO botocore tells at each cold start where it found credentials, at DEBUG what a
# secret holds; urllib3 tells presigned URLs there.
for library in ("botocore", "urllib3"):
    logging.getLogger(library).setLevel(logging.WARNING)

logger = Logger(service=NAME, location=None)
function = build(
    Settings.from_env(os.environ),
    logger=logger,
    metrics=Metrics(namespace="AuthgearProfilePictures", service=NAME),
)


@logger.inject_lambda_context(clear_state=True)
def handler(event: Any, context: LambdaContext) -> dict[str, Any]:
    """Answer one invocation."""
    return function.handle(event, context)
