"""The demo: drop pictures into a bucket of this machine, see the results."""
