"""The command of docs/uploads.md that adds a CORS rule to an existing bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.aws import LocalAWS
from local.aws.template import TEMPLATE, read_template
from tests.docs.commands import COMMANDS
from tests.docs.system.conftest import BUCKET, Account

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CORSRuleOutputTypeDef, CORSRuleTypeDef

OTHER: CORSRuleTypeDef = {
    "ID": "Site",
    "AllowedMethods": ["GET"],
    "AllowedOrigins": ["https://www.example.com"],
    "AllowedHeaders": ["*"],
}
[COMMAND] = [c.text for c in COMMANDS if c.page == "uploads.md"]


def read_rules(aws: LocalAWS) -> list[CORSRuleOutputTypeDef]:
    """Return the bucket's CORS rules."""
    return aws.s3.get_bucket_cors(Bucket=BUCKET)["CORSRules"]


def put_rule(aws: LocalAWS) -> None:
    """Give the bucket a rule of its owner's."""
    aws.s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": [OTHER]})


def test_first_rule_is_the_one_of_the_template(account: Account) -> None:
    """A bucket without rules gets the rule that a new bucket has."""
    account.checkout.run(COMMAND)

    [rule] = read_rules(account.aws)
    bucket = read_template(TEMPLATE.read_text())["Resources"]["Bucket"]["Properties"]
    [expected] = bucket["CorsConfiguration"]["Fn::If"][1]["CorsRules"]
    assert rule == {
        "ID": expected["Id"],
        "AllowedMethods": expected["AllowedMethods"],
        "AllowedOrigins": ["https://app.example.com"],
        "MaxAgeSeconds": expected["MaxAge"],
    }


def test_other_rules_stay(account: Account) -> None:
    """The command adds its rule once, however often it is run."""
    put_rule(account.aws)

    account.checkout.run(COMMAND)
    account.checkout.run(COMMAND)

    first, second = read_rules(account.aws)
    assert first == OTHER
    assert second["ID"] == "Uploads"


@pytest.mark.parametrize(
    "read",
    [
        "echo 'Could not connect to the endpoint URL' >&2; exit 255",
        "echo 'An error occurred (AccessDenied)' >&2; exit 254",
        """echo '{"Now": {"CORSRules": []}}'; exit 255""",
        "exit 0",
        """printf '{"Now": {"CORSRules": ['; exit 0""",
        "echo '{}'; exit 0",
    ],
    ids=["network", "denied", "late failure", "nothing", "cut", "other"],
)
def test_read_that_fails_erases_no_rule(account: Account, read: str) -> None:
    """Nothing is written if the rules were not read as a whole."""
    put_rule(account.aws)

    status = account.checkout.run_with_failing_read(COMMAND, "get-bucket-cors", read)

    assert status != 0
    assert read_rules(account.aws) == [OTHER]
