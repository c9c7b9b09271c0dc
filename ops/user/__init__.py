"""Commands about one user: status and sync."""
