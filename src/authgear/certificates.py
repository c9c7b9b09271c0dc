"""TLS certificates of the server: a private CA, and why one is not trusted."""

from __future__ import annotations

import re
import ssl
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.util.ssl_ import create_urllib3_context

# OpenSSL's codes (X509_V_ERR_*), in words of our own: its texts may quote the host.
PROBLEMS = {
    9: "is not valid yet",
    10: "has expired",
    18: "is self-signed",
    19: "comes from a private CA",
    20: "comes from an unknown CA, or its intermediate certificate is missing",
    21: "comes from an unknown CA, or its intermediate certificate is missing",
    62: "is for another host",
    64: "is for another address",
}

BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
CERTIFICATE = re.compile(rf"{BEGIN}([A-Za-z0-9+/=\s]+){END}")


class PrivateCAAdapter(HTTPAdapter):
    """
    Trust the certificates of a private CA beside the public ones.

    Args:
        pem: The CA's certificates in PEM form.
    """

    def __init__(self, pem: str) -> None:
        self._context = create_urllib3_context()
        # Many private CAs lack extensions that RFC 5280 asks for; Python 3.13 and newer
        # would refuse them.
        self._context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        self._context.load_verify_locations(cadata=pem)
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Hand the context to urllib3; requests adds the public CAs to it."""
        super().init_poolmanager(*args, ssl_context=self._context, **options)


def read_certificates(text: str) -> str:
    r"""
    Return certificates in PEM form as OpenSSL reads them.

    Args:
        text: The certificates, or nothing. Where line breaks are hard to type, blanks
            or the two characters `\n` will do.

    Raises:
        ValueError: It holds anything else, such as a private key.
    """
    text = text.replace("\\n", "\n")
    bodies = CERTIFICATE.findall(text)
    pem = "\n".join("\n".join((BEGIN, *body.split(), END)) for body in bodies)
    if CERTIFICATE.sub("", text).strip() or (pem and not _is_loadable(pem)):
        message = "must be certificates of a CA in PEM form"
        raise ValueError(message)
    return pem


def _is_loadable(pem: str) -> bool:
    """Tell whether OpenSSL takes the certificates."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem)
    except ssl.SSLError:
        return False
    return True


def explain(error: BaseException) -> str:
    """Return why a certificate is not trusted; empty if that was not the problem."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLCertVerificationError):
            problem = PROBLEMS.get(found.verify_code, "is not trusted")
            return f"the TLS certificate {problem}"
        found = found.__context__
    return ""
