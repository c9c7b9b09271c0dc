"""The page on which one sees the local system work, and makes it stumble."""

from local.page.server import Page

__all__ = ["Page"]
