"""
Make a small square JPEG from the bytes of a foreign picture file.

Of the application around it, it imports only the reason codes.
"""
