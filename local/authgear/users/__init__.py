"""The users: records, attributes, and the audit log of their changes."""
