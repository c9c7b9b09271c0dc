"""
An Authgear server on this machine, as far as profile pictures need one.

It answers what the product asks as a real server was recorded to answer
(`tests/contract/`); where nothing was recorded, a comment beginning `Assumption:` says
what it does instead.
"""

from .emulator import Authgear
from .faults import Fault
from .project import Request
from .users.store import User

__all__ = ["Authgear", "Fault", "Request", "User"]
