"""The Python code of docs/uploads.md: the form that it signs, the tokens it accepts."""

from __future__ import annotations

import base64
import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from local.authgear.server import Server
from local.aws.clients import credentials
from local.loopback import HOST
from local.system import BUCKET, KEY_PATTERN
from settings import Settings
from storage.key_pattern import KeyPattern
from tests.docs.uploads import read_blocks, run_python, sign_upload

USER_ID = "034cc9e8-857b-426e-a269-cbe9527c2dd7"
PLACEHOLDER = "https://example.authgear.cloud"
KEY_ID = "key-1"
REQUIRED = {
    "BUCKET_NAME": BUCKET,
    "AUTHGEAR_ENDPOINT": PLACEHOLDER,
    "AUTHGEAR_APP_ID": "example",
    "AUTHGEAR_SECRET_ID": "secret",
}


def read_policy(fields: dict[str, str]) -> dict[str, Any]:
    """Return the policy document of a form."""
    policy: dict[str, Any] = json.loads(base64.b64decode(fields["policy"]))
    return policy


def test_form_fixes_key_size_and_type() -> None:
    """Its conditions are all that the page promises, and no other field is allowed."""
    fields = sign_upload(USER_ID, credentials())["fields"]

    conditions = read_policy(fields)["conditions"]
    limit = Settings.from_env(REQUIRED).max_input_bytes
    signing = {"x-amz-algorithm", "x-amz-credential", "x-amz-date"}
    assert [it for it in conditions if isinstance(it, list)] == [
        ["content-length-range", 1, limit],
        ["starts-with", "$Content-Type", "image/"],
    ]
    fixed = {k: v for it in conditions if isinstance(it, dict) for k, v in it.items()}
    assert {k: v for k, v in fixed.items() if k not in signing} == {
        "bucket": BUCKET,
        "key": f"pictures/{USER_ID}.jpg",
    }
    assert set(fields) == {"key", "policy", "x-amz-signature", *signing}


def test_form_expires_after_five_minutes() -> None:
    """A form that was copied cannot be used the next day."""
    before = int(time.time())
    fields = sign_upload(USER_ID, credentials())["fields"]

    end = datetime.fromisoformat(read_policy(fields)["expiration"]).timestamp()
    assert before <= end - 300 <= time.time()


def test_key_names_the_user() -> None:
    """The function finds the user by the key, with the default pattern."""
    key = sign_upload(USER_ID, credentials())["fields"]["key"]

    assert KeyPattern.parse(KEY_PATTERN).user_text(key) == USER_ID


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("us-east-1", "s3.amazonaws.com"),
        ("eu-central-1", "s3.eu-central-1.amazonaws.com"),
    ],
)
def test_form_goes_to_the_bucket_s_region(region: str, host: str) -> None:
    """
    Another region redirects, and a browser does not follow a redirect to it.

    https://github.com/boto/boto3/issues/421
    """
    sign, _ = read_blocks("python")
    code = sign.replace('region_name="us-east-1"', f"region_name={region!r}")

    form = run_python(code, f"sign_upload({USER_ID!r})", credentials())

    assert form["url"] == f"https://{BUCKET}.{host}/"


@dataclass(frozen=True)
class Issuer:
    """
    Authgear, as far as it signs access tokens.

    Args:
        endpoint: The server's address.

        key: What it signs with.
    """

    endpoint: str
    key: rsa.RSAPrivateKey

    def issue(self, key: rsa.RSAPrivateKey | None = None, **changes: Any) -> str:
        """Return an access token with Authgear's claims, some of them changed."""
        now = int(time.time())
        claims = {
            "iss": self.endpoint,
            "aud": [self.endpoint],
            "client_id": "497d841ea22f33d3",
            "iat": now,
            "exp": now + 1800,
            "sub": USER_ID,
        }
        return jwt.encode(
            claims | changes, key or self.key, "RS256", headers={"kid": KEY_ID}
        )

    def read_user_id(self, token: str) -> str:
        """Return what the page's code reads from a token."""
        _, verify = read_blocks("python")
        code = verify.replace(PLACEHOLDER, self.endpoint)
        user_id: str = run_python(code, f"read_user_id({token!r})", {})
        return user_id


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    """Serve the keys of an issuer where Authgear serves its own."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    keys = json.dumps({"keys": [public | {"kid": KEY_ID, "use": "sig"}]}).encode()

    def application(environ: dict[str, Any], start: Any) -> list[bytes]:
        assert environ["PATH_INFO"] == "/oauth2/jwks"
        start("200 OK", [("Content-Length", str(len(keys)))])
        return [keys]

    server = Server(application, 0)
    server.start()
    try:
        yield Issuer(f"http://{HOST}:{server.port}", key)
    finally:
        server.stop()


def test_user_id_is_the_subject_of_the_token(issuer: Issuer) -> None:
    """The id is the one that keys name, as Authgear spells it."""
    assert issuer.read_user_id(issuer.issue()) == USER_ID


@pytest.mark.parametrize(
    "changes",
    [{"aud": ["497d841ea22f33d3"]}, {"iss": "https://other.example"}, {"exp": 1}],
    ids=["ID token", "other issuer", "expired"],
)
def test_other_tokens_are_refused(issuer: Issuer, changes: dict[str, Any]) -> None:
    """Only a current access token of this project names a user."""
    with pytest.raises(subprocess.CalledProcessError):
        issuer.read_user_id(issuer.issue(**changes))


def test_token_with_another_signature_is_refused(issuer: Issuer) -> None:
    """Nobody else can name a user."""
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    with pytest.raises(subprocess.CalledProcessError):
        issuer.read_user_id(issuer.issue(other))
