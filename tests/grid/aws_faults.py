"""The part of the one list that AWS may meet."""

from __future__ import annotations

from collections.abc import Callable

from botocore.exceptions import (
    ConnectionClosedError,
    EndpointConnectionError,
    IncompleteReadError,
    ReadTimeoutError,
)

from outcome import Reason
from tests.fakes.s3 import client_error
from tests.grid import spoils
from tests.grid.faults import Meet, Row, always
from tests.grid.spoils import answered, error
from tests.grid.stage import KEY, Stage
from tests.grid.wire import Exchange, refused

AWS_STEPS = ("secret", "list", "read_sync_tag", "download", "list again", "write_tag")
AWS_TIMEOUT = 6.0  # seconds: two attempts of three, as in the handler
URL = "https://s3.test/canary-body"
HTML = "<html>canary-body"
OTHER_SHAPE = f"""<Any><IsTruncated>false</IsTruncated><Contents><Key>{KEY}</Key>
<Size>canary-body</Size></Contents><TagSet><Tag><Value>canary-body</Value></Tag></TagSet></Any>"""
ELSEWHERE = {"x-amz-bucket-region": "eu-west-1", "Location": "http://canary-body/"}


def _aws(code: str, *, elsewhere: str = "") -> Meet:
    """Raise an error of AWS, which Secrets Manager may call otherwise than S3."""
    return lambda stage, step: client_error(elsewhere if step == "secret" else code)


def _aws_hang(stage: Stage, step: str) -> Callable[[], object]:
    """Answer never, to none of the client's attempts."""

    def hang() -> None:
        stage.virtual.sleep(AWS_TIMEOUT)
        raise ReadTimeoutError(endpoint_url="https://s3.test/?X-Amz-Signature=canary")

    return hang


def _other_shape(exchange: Exchange) -> None:
    """Answer with elements and values that are not the operation's."""
    json = '{"SecretString": ["canary-body"]}'
    answered(200, json if exchange.step == "secret" else OTHER_SHAPE)(exchange)


R = Reason
ALL = "1 `secret-unreadable` | 1 | 1 | 1 | 1 | 1 ✓ `picture-set`"
# S3 says that the tag is written, and the next look does not find it.
UNTRUE = "1 `secret-unreadable` | 1 | 1 | 1 | 1 | 2 ✓ `picture-set`"
BUT_NOTE = "1 `secret-unreadable` | 1 | 1 | 1 | 1 | -"
DENIED = "1 `secret-unreadable` | 1 | 2 ✓ `picture-set` | 1 | 1 | 1 ✓ `picture-set`"
OBJECT = "- | - | - | 1 | - | -"
AWS: tuple[Row, ...] = (
    Row("connection refused", always(EndpointConnectionError(endpoint_url=URL)),
        R.S3_UNAVAILABLE, ALL, wire=refused),
    Row("connection reset", always(ConnectionClosedError(endpoint_url=URL)),
        R.S3_UNAVAILABLE, ALL, wire=spoils.reset_in_head),
    Row("connection reset within the body", None, R.S3_UNAVAILABLE, BUT_NOTE,
        wire=spoils.reset_in_body, unrepeated=("download",)),
    Row("no answer", _aws_hang, R.S3_UNAVAILABLE, ALL, wire=spoils.hung),
    Row("301, another region", None, R.S3_UNAVAILABLE, ALL,
        wire=error(301, "PermanentRedirect", **ELSEWHERE), unrepeated=("secret",)),
    Row("400", None, R.S3_UNAVAILABLE, ALL,
        wire=error(400, "BadRequest", "ValidationException"), unrepeated=AWS_STEPS),
    Row("access denied", _aws("AccessDenied", elsewhere="AccessDeniedException"),
        R.S3_DENIED, DENIED,
        wire=error(403, "AccessDenied", "AccessDeniedException"), unrepeated=AWS_STEPS),
    Row("403 with HTML", None, R.S3_DENIED, DENIED,
        wire=answered(403, HTML), unrepeated=AWS_STEPS),
    Row("409", None, R.S3_UNAVAILABLE, ALL,
        wire=error(409, "OperationAborted"), unrepeated=AWS_STEPS),
    Row("slow down", _aws("SlowDown", elsewhere="ThrottlingException"),
        R.S3_UNAVAILABLE, ALL, wire=error(503, "SlowDown", "ThrottlingException")),
    Row("429", None, R.S3_UNAVAILABLE, ALL,
        wire=error(429, "SlowDown", "ThrottlingException")),
    Row("internal error", _aws("InternalError", elsewhere="InternalServiceError"),
        R.S3_UNAVAILABLE, ALL,
        wire=error(500, "InternalError", "InternalServiceError")),
    Row("502, empty", None, R.S3_UNAVAILABLE, ALL, wire=answered(502)),
    Row("no such bucket, or secret",
        _aws("NoSuchBucket", elsewhere="ResourceNotFoundException"), R.S3_UNAVAILABLE,
        ALL, wire=error(404, "NoSuchBucket", "ResourceNotFoundException"),
        unrepeated=AWS_STEPS),
    Row("no such object", _aws("NoSuchKey"), R.NOT_SETTLED,
        "- | - | 5 ✓ | 5 ✓ | - | 1 ✓ `picture-set`",
        wire=error(404, "NoSuchKey"), unrepeated=AWS_STEPS),
    Row("200 with HTML", None, R.S3_UNAVAILABLE, UNTRUE,
        wire=answered(200, f"{HTML}</html>"), unrepeated=AWS_STEPS),
    Row("200 with HTML instead of XML", None, R.S3_UNAVAILABLE, ALL,
        wire=answered(200, HTML), unrepeated=("secret", "download")),
    Row("200 with an error", None, R.S3_UNAVAILABLE, ALL,
        wire=error(200, "InternalError"), unrepeated=("secret", "download")),
    Row("200 with nothing", None, R.S3_UNAVAILABLE, UNTRUE,
        wire=answered(200), unrepeated=AWS_STEPS),
    Row("200 with another shape", None, R.S3_UNAVAILABLE, UNTRUE,
        wire=_other_shape, unrepeated=AWS_STEPS),
    Row("200 cut short", None, R.S3_UNAVAILABLE, BUT_NOTE,
        wire=spoils.cut_short, unrepeated=("secret", "download")),
    Row("body cut short",
        always(IncompleteReadError(actual_bytes=1, expected_bytes=2)),
        R.S3_UNAVAILABLE, BUT_NOTE,
        wire=spoils.ended_early, unrepeated=("secret", "download")),
    Row("length too small", None, R.S3_UNAVAILABLE, BUT_NOTE,
        wire=spoils.said_shorter, unrepeated=("secret", "download")),
    Row("another object", None, R.S3_UNAVAILABLE, OBJECT,
        wire=spoils.with_headers({"ETag": '"canary-body"'}), unrepeated=AWS_STEPS),
    Row("wrong checksum", None, R.S3_UNAVAILABLE, OBJECT,
        wire=spoils.with_headers({"x-amz-checksum-crc32": "AAAAAA=="}),
        unrepeated=AWS_STEPS),
    Row("object that stops", None, R.S3_UNAVAILABLE, OBJECT,
        wire=spoils.hung_in_body, unrepeated=AWS_STEPS),
    Row("object without end", None, R.S3_UNAVAILABLE, OBJECT,
        wire=spoils.endless, unrepeated=AWS_STEPS),
    Row("object byte by byte", None, R.NOT_SETTLED, OBJECT,
        wire=spoils.dripped_body(0.1), unrepeated=AWS_STEPS),
    Row("headers byte by byte", None, R.NOT_SETTLED, "1 | 1 | 1 | 1 | 1 | 1",
        wire=spoils.dripped_head, unrepeated=AWS_STEPS),
)  # fmt: skip
HUNG = tuple(row for row in AWS if row.wire in (spoils.hung, spoils.hung_in_body))
BROKEN_OFF = AWS[-2:]  # by the last alarm: each wait is shorter than the time-out
