"""The Admin API: HTTP, GraphQL, queries and mutations."""
