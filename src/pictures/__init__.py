"""
Make a small square JPEG from the bytes of a foreign picture file.

It imports nothing of the application around it but the reason codes.
"""
