"""The users: what is stored of them, and the rules of their attributes."""
