"""One user with one picture in the bucket: what the events in `events/` speak of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.authgear import Authgear, User
from local.aws import LocalAWS

BUCKET = "pictures-example"
USER_ID = "00000000-0000-4000-8000-000000000001"
KEY = f"pictures/{USER_ID}.jpg"
SECRET = "authgear-admin-api-key"  # noqa: S105 - the secret's name
PICTURE = Path(__file__).parent / "pictures" / "rocket.jpg"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """
    The user, and the servers that know of him.

    Args:
        authgear: Where the profile picture shall be.

        aws: Where the picture is.

        user: The user.
    """

    authgear: Authgear
    aws: LocalAWS
    user: User

    @classmethod
    @contextmanager
    def start(cls) -> Iterator[Sample]:
        """Run both servers until the block ends."""
        with Authgear.start() as authgear, LocalAWS.start() as aws:
            user = authgear.users.create(
                user_id=USER_ID,
                email="ada@example.com",
                standard_attributes={"name": "Ada Lovelace"},
            )
            key_pair = {"key_id": authgear.key_id, "private_key": authgear.private_key}
            aws.secrets.create_secret(Name=SECRET, SecretString=json.dumps(key_pair))
            aws.s3.create_bucket(Bucket=BUCKET)
            aws.s3.put_object(Bucket=BUCKET, Key=KEY, Body=PICTURE.read_bytes())
            yield cls(authgear=authgear, aws=aws, user=user)

    def environment(self) -> dict[str, str]:
        """Return the variables by which the function works with these servers."""
        return {
            **self.aws.environment(),
            "BUCKET_NAMES": BUCKET,
            "AUTHGEAR_ENDPOINT": self.authgear.endpoint,
            "AUTHGEAR_APP_ID": self.authgear.app_id,
            "AUTHGEAR_SECRET_ID": SECRET,
        }
