"""A key pair made for one run of the tests."""

from __future__ import annotations

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from authgear import KeyPair


def make_key_pair(key_id: str) -> KeyPair:
    """Make an RSA key pair."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return KeyPair(key_id=key_id, private_key=pem.decode())


KEY_PAIR = make_key_pair("key-of-the-tests")
