"""Walkers of file containers: where the parts of a file are, without decoding them."""
