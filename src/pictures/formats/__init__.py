"""The picture formats: one module each, with its limits beside its decoder."""
