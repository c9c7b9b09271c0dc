"""Many users: compare the bucket with Authgear, and queue the users who differ."""
