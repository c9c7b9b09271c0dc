"""Are the settings right, and is the key pair there?"""

from __future__ import annotations

from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from authgear import CredentialsUnavailable, KeyPair
from authgear.key_pair import load_key_pair
from ops.aws import AWS
from ops.doctor.check import Check, fine, unknown, warning, wrong
from ops.problem import AWS_ERRORS, code_of, is_denied, remedy_for
from settings import Settings


def check_prefix(settings: Settings, deployed: str | None) -> Check:
    """
    Look at what the pattern begins with.

    The function's pattern and the stack's differ if the pattern was changed at the
    function and not by a deployment.

    Args:
        settings: The function's.

        deployed: The pattern that the stack was deployed with, if a stack was named.
    """
    head = settings.key_pattern.head
    if deployed is not None and deployed.partition("{")[0] != head:
        prefix = deployed.partition("{")[0]
        finding = f"deployed for {prefix!r}, but the pattern begins with {head!r}"
        remedy = (
            f"Deploy with KeyPattern={settings.key_pattern}: other objects never "
            "invoke the function."
        )
        return wrong("prefix", finding, remedy)
    if not head:
        finding = (
            "the pattern has no prefix: every object of the bucket invokes the "
            "function, which may read and tag them all"
        )
        remedy = f"Put a folder before the placeholder: pictures/{settings.key_pattern}"
        return warning("prefix", finding, remedy)
    return fine("prefix", f"{head!r}, as the pattern begins")


def read_secret(
    aws: AWS, settings: Settings, option: str
) -> tuple[KeyPair | None, Check]:
    """
    Read the key pair.

    Args:
        aws: Clients of AWS.

        settings: Name the secret.

        option: The option that names the stack to another command.
    """
    secret_id = settings.authgear_secret_id
    put_key = f"Store the key: ops put-key key.pem --key-id KEY_ID{option}"
    try:
        pair = load_key_pair(aws.secrets, secret_id)
    except CredentialsUnavailable as error:
        if isinstance(error.__cause__, AWS_ERRORS):
            return None, _not_read(secret_id, error, error.__cause__, put_key)
        return None, wrong("secret", error.detail, put_key)
    if not is_rsa_key(pair.private_key):
        finding = "private_key is not an RSA key in PEM form"
        return None, wrong("secret", finding, put_key)
    return pair, fine("secret", "it holds a key pair")


def _not_read(
    secret_id: str, error: CredentialsUnavailable, cause: Exception, put_key: str
) -> Check:
    """Return the check of a secret that AWS did not hand out."""
    if not isinstance(cause, ClientError):
        return unknown("secret", error.detail, remedy_for(cause))
    if is_denied(cause):
        remedy = f"{remedy_for(cause)} With a KMS key of your own: kms:Decrypt too."
        return unknown("secret", error.detail, remedy)
    if code_of(cause) == "ResourceNotFoundException":
        remedy = f"{put_key}. Check that AUTHGEAR_SECRET_ID names the secret."
        if secret_id.startswith("arn:"):
            remedy = "Create it as docs/deploy.md says, and set AuthgearSecretArn."
        return wrong("secret", error.detail, remedy)
    remedies = {
        "InvalidRequestException": (
            f"If it is to be deleted: aws secretsmanager restore-secret --secret-id "
            f"{secret_id}"
        ),
        "DecryptionFailure": "Enable the secret's KMS key; let its policy admit you.",
    }
    if code_of(cause) in remedies:
        return wrong("secret", error.detail, remedies[code_of(cause)])
    return unknown("secret", error.detail, remedy_for(cause))


def is_rsa_key(text: str) -> bool:
    """Tell whether a text is a private key that can sign tokens."""
    try:
        key = load_pem_private_key(text.encode(), password=None)
    except Exception:  # noqa: BLE001 - a bad key raises errors of two libraries
        return False
    return isinstance(key, RSAPrivateKey)
