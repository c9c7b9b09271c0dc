"""
A client of Authgear's Admin API, as far as profile pictures need it.

It imports nothing of the application around it.
"""

from .access_token import AccessTokens, KeyPair
from .admin_api import AdminAPI, UploadURL
from .connection import Connection
from .errors import (
    AttributesInvalid,
    AuthgearError,
    BadAnswer,
    CertificateUntrusted,
    CredentialsUnavailable,
    DeniedByHook,
    Forbidden,
    NoAnswer,
    PictureNotKept,
    RateLimited,
    Refused,
    TimedOut,
    Unavailable,
    Unexpected,
    Unreachable,
    UserAnonymized,
    UserNotFound,
)
from .throttle import Throttle
from .user import UUID, User, object_id, to_node_id, to_user_id

__all__ = [
    "UUID",
    "AccessTokens",
    "AdminAPI",
    "AttributesInvalid",
    "AuthgearError",
    "BadAnswer",
    "CertificateUntrusted",
    "Connection",
    "CredentialsUnavailable",
    "DeniedByHook",
    "Forbidden",
    "KeyPair",
    "NoAnswer",
    "PictureNotKept",
    "RateLimited",
    "Refused",
    "Throttle",
    "TimedOut",
    "Unavailable",
    "Unexpected",
    "Unreachable",
    "UploadURL",
    "User",
    "UserAnonymized",
    "UserNotFound",
    "object_id",
    "to_node_id",
    "to_user_id",
]
