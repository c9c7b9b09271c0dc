"""The bucket: the objects of a user, and how a key names the user."""
