"""The CORS rule by which pages upload: which origins it takes, and what it allows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.aws import LocalAWS
from local.aws.ministack import start_ministack
from local.aws.stack import Stack, StackFailed
from tests.deploy.test_stack import BUCKET, GIVEN
from tests.deploy.translation import every_choice, resolve

ORIGINS = ["https://app.example.com", "http://localhost:5173"]


@pytest.mark.parametrize(
    "value",
    [
        "",
        "https://app.example.com",
        "https://app.example.com:8443",
        "http://localhost",
        "http://127.0.0.1:5173",
        ",".join(ORIGINS),
    ],
)
def test_origins_are_accepted(template: dict[str, Any], value: str) -> None:
    """Any number of https origins, and those of the developer's own machine."""
    pattern = template["Parameters"]["UploadOrigins"]["AllowedPattern"]

    assert re.fullmatch(pattern, value)


@pytest.mark.parametrize(
    "value",
    [
        "*",
        "https://*.example.com",
        "https://",
        "https://app.example.com/",
        "https://app.example.com/upload",
        "https://App.example.com",
        "http://app.example.com",
        "http://localhost.example.com",
        "app.example.com",
        "null",
        "https://a.example, https://b.example",
        "https://a.example,",
        ",https://a.example",
    ],
)
def test_what_is_no_origin_is_refused(template: dict[str, Any], value: str) -> None:
    """No wildcard, nothing that a browser never sends, no plain http elsewhere."""
    pattern = template["Parameters"]["UploadOrigins"]["AllowedPattern"]

    assert not re.fullmatch(pattern, value)


def test_rule_allows_a_form_and_nothing_else(template: dict[str, Any]) -> None:
    """No header, no reading, no deleting; and no rule at all without origins."""
    everything_on = next(iter(every_choice(template)))
    choices = [{**everything_on, "TakesUploads": it} for it in (True, False)]
    buckets = [resolve(template, it)["Resources"]["Bucket"] for it in choices]

    found = [it["Properties"].get("CorsConfiguration") for it in buckets]

    rule = {
        "Id": "Uploads",
        "AllowedMethods": ["POST"],
        "AllowedOrigins": {"Fn::Split": [",", {"Ref": "UploadOrigins"}]},
        "MaxAge": 3600,
    }
    assert found == [{"CorsRules": [rule]}, None]


@pytest.fixture
def aws() -> Iterator[LocalAWS]:
    """Run an account with nothing in it."""
    with start_ministack() as aws:
        yield aws


def test_origins_are_set_changed_and_removed(aws: LocalAWS) -> None:
    """An update of the stack is enough."""
    stack, found = Stack(aws, "pictures"), []

    for origins in (",".join(ORIGINS), ORIGINS[0], ""):
        stack.deploy(GIVEN | {"UploadOrigins": origins})
        found.append(read_origins(aws))

    assert found == [ORIGINS, ORIGINS[:1], []]


def test_origins_need_a_new_bucket(aws: LocalAWS) -> None:
    """The rules of an existing bucket belong to its owner, and the message says so."""
    given = {"CreateBucket": "false", "UploadOrigins": ORIGINS[0]}

    with pytest.raises(StackFailed, match=r"docs/uploads\.md"):
        Stack(aws, "pictures").deploy(GIVEN | given)


def read_origins(aws: LocalAWS) -> list[str]:
    """Return the origins of the bucket's CORS rule; none if there is no rule."""
    try:
        [rule] = aws.s3.get_bucket_cors(Bucket=BUCKET)["CORSRules"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchCORSConfiguration":
            raise
        return []
    return rule["AllowedOrigins"]
