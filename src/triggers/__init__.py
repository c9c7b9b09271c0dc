"""Event sources: which objects an event is about, and the answer that each expects."""
