"""The colours of a picture: what its values stand for, converted to sRGB."""
