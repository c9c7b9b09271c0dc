"""The Admin API: HTTP, and the GraphQL behind it."""
