"""A private CA, and certificates of it."""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class CA:
    """
    A certification authority that only the test knows.

    Args:
        key: Signs its certificates.

        certificate: Its own.
    """

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def create(cls) -> CA:
        """Make one, without the extensions that RFC 5280 asks for: many are so."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Private CA")
        certificate = (
            _builder(name, name, key, DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
            .sign(key, hashes.SHA256())
        )
        return cls(key, certificate)

    @property
    def pem(self) -> str:
        """Its certificate as operators have it."""
        return _pem(self.certificate)

    def issue(
        self, folder: Path, *, address: str = HOST, valid: dt.timedelta = DAY
    ) -> Path:
        """
        Write a server's certificate and key into one file.

        Args:
            folder: Where to.

            address: Whose it is.

            valid: How long from now; a past time makes it expired.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName(
            [x509.IPAddress(ipaddress.ip_address(address))]
        )
        builder = _builder(_name(address), self.certificate.subject, key, valid)
        signed = builder.add_extension(names, False).sign(self.key, hashes.SHA256())
        return _write(folder, signed, key)


def self_signed(folder: Path) -> Path:
    """Write a certificate that vouches for itself, and its key, into one file."""
    ca = CA.create()
    return _write(folder, ca.certificate, ca.key)


def _name(text: str) -> x509.Name:
    """Return a name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    valid: dt.timedelta,
) -> x509.CertificateBuilder:
    """Begin a certificate."""
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 30 * DAY)
        .not_valid_after(now + valid)
    )


def _pem(certificate: x509.Certificate) -> str:
    """Return a certificate as text."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _write(
    folder: Path, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey
) -> Path:
    """Write a certificate and its key into a file."""
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = folder / f"{certificate.serial_number}.pem"
    file.write_text(_pem(certificate) + pem.decode())
    return file
