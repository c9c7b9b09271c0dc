"""Lambda's entry: wires everything once per container, from the environment."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from botocore.config import Config
from botocore.session import get_session

from alarm import alarm
from authgear import AdminAPI, Pace
from background import in_thread
from bucket import Bucket
from function import Function
from settings import Settings
from wiring import NAME, authorize, build_focus_finder, build_reconciler, connect

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

# Two attempts of five seconds, and up to one between them: less than function.MARGIN.
# S3 may ask for five more (x-amz-retry-after): if that is too late, the alarm ends it.
AWS = Config(
    connect_timeout=2,
    read_timeout=3,
    retries={"mode": "standard", "total_max_attempts": 2},
)


def build(settings: Settings, *, logger: Logger, metrics: Metrics) -> Function:
    """Wire the function from its settings."""
    # Not boto3: it loads resources and transfers, which nobody needs here.
    aws: Any = get_session()
    s3 = aws.create_client("s3", config=AWS)
    secrets_manager = aws.create_client("secretsmanager", config=AWS)
    find_focus = build_focus_finder(
        settings, lambda: aws.create_client("rekognition", config=AWS)
    )
    pace = Pace()
    admin_api = AdminAPI(
        connect(settings, pace=pace), authorize(settings, secrets_manager)
    )
    return Function(
        buckets={name: Bucket(s3, name) for name in settings.bucket_names},
        reconciler=build_reconciler(settings, admin_api, find_focus, in_thread),
        logger=logger,
        metrics=metrics,
        pace=pace,
        alarm=alarm,
    )


# At INFO botocore tells at each cold start where it found credentials, at DEBUG what a
# secret holds; urllib3 tells presigned URLs there.
for library in ("botocore", "urllib3"):
    logging.getLogger(library).setLevel(logging.WARNING)

logger = Logger(service=NAME, location=None)
function = build(
    Settings.from_env(os.environ),
    logger=logger,
    metrics=Metrics(namespace="AuthgearProfilePictures"),
)


@logger.inject_lambda_context(clear_state=True)
def handler(event: Any, context: LambdaContext) -> dict[str, Any]:
    """Answer one invocation."""
    return function.handle(event, context)
