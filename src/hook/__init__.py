"""The hook function: Authgear reports a change of a user, and the user is checked."""
