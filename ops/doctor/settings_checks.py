"""Are the settings right, and is the key pair there?"""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from authgear import CredentialsUnavailable, KeyPair
from authgear.key_pair import load_key_pair
from ops.aws import AWS
from ops.deployment import Stack
from ops.doctor.check import Check, fine, wrong
from settings import VARIABLES, Settings, SettingsError


def check_settings(
    environment: Mapping[str, str],
) -> tuple[Settings | None, list[Check]]:
    """Read the settings; every one that is wrong is a check of its own."""
    try:
        settings = Settings.from_env(environment)
    except SettingsError as error:
        remedy = "docs/settings.md says what is allowed."
        return None, [wrong("settings", problem, remedy) for problem in error.problems]
    return settings, [fine("settings", f"all {len(VARIABLES)} are valid")]


def check_prefix(settings: Settings, stack: Stack) -> Check:
    """
    Compare the prefix that the stack was deployed for with the function's pattern.

    The two differ if the pattern was changed at the function and not by a deployment.
    """
    head = settings.key_pattern.head
    deployed = stack.parameters.get("KeyPattern", str(settings.key_pattern))
    prefix = deployed.partition("{")[0]
    if prefix != head:
        finding = f"deployed for {prefix!r}, but the pattern begins with {head!r}"
        remedy = "Deploy the pattern anew: other objects never wake the function."
        return wrong("prefix", finding, remedy)
    return fine("prefix", f"{prefix!r}, as the pattern begins")


def check_secret(aws: AWS, settings: Settings) -> tuple[KeyPair | None, Check]:
    """Read the key pair."""
    remedy = "Store the key: ops put-key. AUTHGEAR_SECRET_ID names the secret."
    try:
        pair = load_key_pair(aws.secrets, settings.authgear_secret_id)
    except CredentialsUnavailable as error:
        return None, wrong("secret", error.detail, remedy)
    if not is_rsa_key(pair.private_key):
        finding = "private_key is not an RSA key in PEM form"
        return None, wrong("secret", finding, remedy)
    return pair, fine("secret", "it holds a key pair")


def is_rsa_key(text: str) -> bool:
    """Tell whether a text is a private key that can sign tokens."""
    try:
        key = load_pem_private_key(text.encode(), password=None)
    except Exception:  # noqa: BLE001 - whatever a bad key provokes, of two libraries
        return False
    return isinstance(key, RSAPrivateKey)
