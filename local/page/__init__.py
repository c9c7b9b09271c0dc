"""The page on which one sees the local system work, and simulates failures."""

from local.page.server import Page

__all__ = ["Page"]
