"""AWS on this machine: MiniStack, and the stack of template.yaml in it."""

from local.aws.clients import REGION
from local.aws.services import LocalAWS

__all__ = ["REGION", "LocalAWS"]
