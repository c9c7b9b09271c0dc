"""Bring the picture of one user in sync with the bucket."""
