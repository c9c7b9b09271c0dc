"""Lambda's entry: wires everything once per container, from the environment."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pictures.errors import PictureNotMade
from pictures.isolation.decoder import Decoder

# Before any secret is read, and beside all that takes long to import.
decoder = Decoder(memory=int(os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", 1024)))
with suppress(PictureNotMade):  # the first picture tries again
    decoder.start()

import boto3
from aws_lambda_powertools import Logger, Metrics
from botocore.config import Config

from authgear import AdminAPI
from factory import (
    authorize,
    build_focus_finder,
    build_picture_maker,
    build_reconciler,
    build_resyncer,
    connect,
)
from function import Function
from hard_timeout import hard_timeout
from pictures.isolation.sandbox import hide_memory
from resync.comparison import READERS
from resync.pace import BulkPace
from run_records import Recorder
from settings import Settings
from storage.bucket import Bucket
from sync.picture_job import run_in_thread
from version import NAME

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

# Two attempts of five seconds, and up to one between them: less than CALL_RESERVE of
# `function`. S3 may ask for five more (x-amz-retry-after): if that is too late, the
# hard timeout ends it.
AWS = Config(
    connect_timeout=2,
    read_timeout=3,
    retries={"mode": "standard", "total_max_attempts": 2},
    max_pool_connections=READERS,
)


def build(settings: Settings, *, logger: Logger, metrics: Metrics) -> Function:
    """Wire the function from its settings."""
    s3 = boto3.client("s3", config=AWS)
    secrets_manager = boto3.client("secretsmanager", config=AWS)
    find_focus = build_focus_finder(
        settings, lambda: boto3.client("rekognition", config=AWS)
    )
    connection = connect(settings)
    admin_api = AdminAPI(connection, authorize(settings, secrets_manager))
    bucket = Bucket(s3, settings.bucket_name)
    return Function(
        bucket_name=settings.bucket_name,
        reconciler=build_reconciler(
            settings,
            bucket,
            admin_api,
            build_picture_maker(settings, find_focus, decoder),
            run_in_thread,
        ),
        resyncer=build_resyncer(
            settings, bucket, admin_api, lambda: boto3.client("sqs", config=AWS)
        ),
        bulk_queue_name=settings.bulk_queue_url.rpartition("/")[2],
        pace=BulkPace(
            settings.bulk_requests_per_minute, lambda: connection.requests_sent
        ),
        recorder=Recorder(logger=logger, metrics=metrics),
        hard_timeout=hard_timeout,
    )


# At INFO botocore logs at each cold start where it found credentials, at DEBUG the
# content of a secret; urllib3 logs presigned URLs at DEBUG.
for library in ("botocore", "urllib3"):
    logging.getLogger(library).setLevel(logging.WARNING)

# How long the cold start waits for the decoder process; it is ready long before.
READY = 2.0  # seconds

logger = Logger(service=NAME, location=None)


def report_protections(active: list[str]) -> None:
    """Say in the log what protects the function from the files."""
    logger.info("decoder process started", extra={"protections": active})


with suppress(OSError):  # macOS has no such call
    hide_memory()
decoder.report = report_protections
decoder.wait_until_ready(READY)
function = build(
    Settings.from_env(os.environ),
    logger=logger,
    metrics=Metrics(namespace="AuthgearProfilePictures"),
)


@logger.inject_lambda_context(clear_state=True)
def handler(event: Any, context: LambdaContext) -> dict[str, Any]:
    """Answer one invocation."""
    return function.handle(event, context)
