"""The image server: upload URLs, uploads, and the pictures made of them."""
