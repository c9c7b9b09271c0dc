"""
A client of Authgear's Admin API, as far as profile pictures need it.

It imports nothing of the application around it.
"""

from .access_token import AccessTokens, KeyPair
from .admin_api import AdminAPI, UploadURL
from .budget import Budget
from .connection import Connection
from .errors import (
    AttributesInvalid,
    AuthgearError,
    BadAnswer,
    BatchRolledBack,
    CertificateUntrusted,
    CredentialsUnavailable,
    DeniedByHook,
    Forbidden,
    NoAnswer,
    PictureNotKept,
    RateLimited,
    Refused,
    StaleAttributes,
    TimedOut,
    Unavailable,
    Unexpected,
    Unreachable,
    UserAnonymized,
    UserNotFound,
)
from .user import STALE, UUID, User, object_id, to_node_id, to_user_id
from .user_batches import MOST_FOUND, MOST_READ, MOST_UPDATED, UserBatches

__all__ = [
    "MOST_FOUND",
    "MOST_READ",
    "MOST_UPDATED",
    "STALE",
    "UUID",
    "AccessTokens",
    "AdminAPI",
    "AttributesInvalid",
    "AuthgearError",
    "BadAnswer",
    "BatchRolledBack",
    "Budget",
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
    "StaleAttributes",
    "TimedOut",
    "Unavailable",
    "Unexpected",
    "Unreachable",
    "UploadURL",
    "User",
    "UserAnonymized",
    "UserBatches",
    "UserNotFound",
    "object_id",
    "to_node_id",
    "to_user_id",
]
