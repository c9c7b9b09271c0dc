"""TLS: a given private CA is trusted; an untrusted certificate is reported."""

from __future__ import annotations

import datetime as dt
import time
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from authgear import Budget, CertificateUntrusted, Connection, Unavailable, Unreachable
from authgear.certificates import read_certificates
from tests.fakes import proxy, tls


@pytest.fixture(scope="module")
def ca() -> tls.CA:
    """Return a CA of the test's own."""
    return tls.CA.create()


def serve_tls(certificate: Path) -> AbstractContextManager[str]:
    """Answer 502 over TLS."""
    return proxy.serve(proxy.Setup(certificate=certificate))


def ask(endpoint: str, private_ca: str = "") -> dict[str, object]:
    """Send one request."""
    connection = Connection(endpoint=endpoint, user_agent="test", private_ca=private_ca)
    budget = Budget(deadline=time.monotonic() + 10)
    return connection.request("presign", "GET", f"{endpoint}/", budget=budget)


def test_private_ca_that_is_given_is_trusted(ca: tls.CA, tmp_path: Path) -> None:
    """Its servers are spoken to, though no system knows it."""
    with (
        serve_tls(ca.issue(tmp_path)) as endpoint,
        pytest.raises(Unavailable, match="status=502"),
    ):
        ask(endpoint, ca.pem)


def test_other_ca_is_not_trusted_beside_it(ca: tls.CA, tmp_path: Path) -> None:
    """To trust one private CA is not to trust any."""
    certificate = tls.CA.create().issue(tmp_path)

    with serve_tls(certificate) as endpoint, pytest.raises(CertificateUntrusted):
        ask(endpoint, ca.pem)


@pytest.mark.parametrize(
    ("problem", "trusted"),
    [
        ("comes from an unknown CA", False),
        ("is self-signed", False),
        ("has expired", True),
        ("is for another address", True),
    ],
)
def test_certificate_that_is_not_trusted_is_named(
    ca: tls.CA, tmp_path: Path, problem: str, trusted: bool
) -> None:
    """The error says what is wrong with it."""
    certificate = {
        "comes from an unknown CA": lambda: ca.issue(tmp_path),
        "is self-signed": lambda: tls.self_signed(tmp_path),
        "has expired": lambda: ca.issue(tmp_path, valid=dt.timedelta(days=-1)),
        "is for another address": lambda: ca.issue(tmp_path, address="127.0.0.2"),
    }[problem]()

    with (
        serve_tls(certificate) as endpoint,
        pytest.raises(CertificateUntrusted, match=problem) as caught,
    ):
        ask(endpoint, ca.pem if trusted else "")

    assert caught.value.__context__ is None


def test_server_without_tls_is_unreachable(ca: tls.CA, tmp_path: Path) -> None:
    """Nobody takes a server that speaks no TLS for one with a bad certificate."""
    with serve_tls(ca.issue(tmp_path)) as endpoint:
        plain = endpoint.replace("https", "http")
        with pytest.raises(Unreachable):
            ask(plain)


def test_certificates_may_be_written_in_one_line(ca: tls.CA) -> None:
    """Parameters and variables have no room for line breaks."""
    several = ca.pem + tls.CA.create().pem

    for text in (several, several.replace("\n", "\\n"), several.replace("\n", " ")):
        assert read_certificates(text) == several.strip()
    assert read_certificates("") == ""


def test_anything_else_is_no_certificate(ca: tls.CA, tmp_path: Path) -> None:
    """A private key that was pasted along is refused, and not quoted."""
    with_key = ca.issue(tmp_path).read_text()
    broken = ca.pem.replace("M", "A", 1)

    for text in (with_key, broken, "no certificate", ca.pem[:-10]):
        with pytest.raises(ValueError, match="must be certificates of a CA"):
            read_certificates(text)
