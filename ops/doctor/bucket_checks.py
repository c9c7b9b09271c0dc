"""Is the bucket there, and can the function decrypt what is in it?"""

from __future__ import annotations

from botocore.exceptions import ClientError

from ops.aws import AWS
from ops.deployment import Stack
from ops.doctor.check import Check, fine, unknown, wrong
from ops.problem import code_of
from settings import Settings

ELSEWHERE = ("AuthorizationHeaderMalformed", "PermanentRedirect", "301")


def check_bucket(aws: AWS, settings: Settings) -> Check:
    """List a little of the bucket, with the operator's own credentials."""
    name, head = settings.bucket_name, settings.key_pattern.head
    try:
        answer = aws.s3.list_objects_v2(Bucket=name, Prefix=head, MaxKeys=1)
    except ClientError as error:
        if code_of(error) == "NoSuchBucket":
            return wrong("bucket", f"there is no bucket {name}", "Check BucketName.")
        if code_of(error) in ELSEWHERE:
            finding = f"{name} is in another region than {aws.session.region_name}"
            return wrong("bucket", finding, "Deploy the stack in the bucket's region.")
        raise
    if not answer.get("Contents"):
        return unknown("bucket", f"{name} has no object under {head!r} yet")
    return fine("bucket", f"{name} can be listed")


def check_encryption(aws: AWS, settings: Settings, stack: Stack) -> Check:
    """Compare the bucket's own key with the one that the role may use."""
    allowed = stack.parameters.get("BucketKmsKeyArn", "")
    key = _find_key(aws, settings.bucket_name)
    is_alias = ":alias/" in key or key.startswith("alias/")
    may_use = key in allowed or (is_alias and allowed)
    if not may_use and not key.endswith("alias/aws/s3"):
        finding = f"the bucket is encrypted with {key}, which the role may not use"
        remedy = (
            f"Deploy with BucketKmsKeyArn={key}, and let the key's policy admit "
            "the function's role."
        )
        return wrong("encryption", finding, remedy)
    return fine("encryption", "the role may use the bucket's key")


def _find_key(aws: AWS, name: str) -> str:
    """Return the KMS key that encrypts new objects by default, or nothing."""
    try:
        answer = aws.s3.get_bucket_encryption(Bucket=name)
    except ClientError as error:
        if code_of(error) == "ServerSideEncryptionConfigurationNotFoundError":
            return ""
        raise
    rules = answer["ServerSideEncryptionConfiguration"]["Rules"]
    default = rules[0].get("ApplyServerSideEncryptionByDefault", {}) if rules else {}
    return default.get("KMSMasterKeyID", "")
