"""A stack that takes uploads from a page, and a signer with the page's permission."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import boto3

from local.authgear import Authgear
from local.aws.clients import make_client, make_session
from local.aws.ministack import start_ministack
from local.aws.template import DIFFERENCES, PLAIN_S3
from local.history import LogReader
from local.system import LocalSystem
from tests.docs.uploads import Form, read_blocks, sign_upload

SIGNER = "application-server"


@dataclass(frozen=True, kw_only=True)
class Uploads:
    """
    A running system, and the server that signs forms for it.

    Args:
        system: The system. IAM is enforced, and so are the bucket's CORS rules.

        environment: The signer's variables, with credentials of its own.
    """

    system: LocalSystem
    environment: dict[str, str] = field(repr=False)

    def sign(self, user_id: str) -> Form:
        """Return a form, signed by the code of the page."""
        return sign_upload(user_id, self.environment)

    def session(self) -> boto3.Session:
        """Return a session with the signer's credentials."""
        return boto3.Session(
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
            region_name=self.environment["AWS_REGION"],
        )


@contextmanager
def start_uploads(origins: str) -> Iterator[Uploads]:
    """
    Deploy a stack, and run it until the block ends.

    Args:
        origins: The parameter `UploadOrigins`.
    """
    with start_ministack(enforces_iam=True) as aws, Authgear.start() as authgear:
        system = LocalSystem(authgear, aws)
        system.stack.differences = (*DIFFERENCES, PLAIN_S3)
        system.deploy({"UploadOrigins": origins})
        iam = make_client(make_session(), "iam", aws.endpoint)
        iam.create_user(UserName=SIGNER)
        [policy] = read_blocks("json")
        iam.put_user_policy(
            UserName=SIGNER, PolicyName="SignUploads", PolicyDocument=policy
        )
        key = iam.create_access_key(UserName=SIGNER)["AccessKey"]
        own = {
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        }
        reader = LogReader(aws, system.stack.outputs["LogGroupName"], system.note)
        reader.start()
        try:
            yield Uploads(system=system, environment=aws.environment() | own)
        finally:
            reader.stop()
