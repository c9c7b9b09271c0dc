"""The constants of a history."""

from __future__ import annotations

from dataclasses import dataclass

from settings import Overwrite
from sync.decide import Policy
from tests.simulation.contents import Look
from tests.simulation.stepped_s3 import Tagging

PATTERN = "pictures/{user_id}.*"


@dataclass(frozen=True, kw_only=True)
class Setup:
    """The operator's choices, and the kind of bucket."""

    overwrite: Overwrite = Overwrite.ALWAYS
    remove_on_delete: bool = False
    pattern: str = PATTERN
    tagging: Tagging = Tagging.ALLOWED
    is_versioned: bool = False

    def policy(self, look: Look) -> Policy:
        """Return the policy with the present settings."""
        spec = look.spec
        return Policy(
            overwrite=self.overwrite,
            remove_on_delete=self.remove_on_delete,
            max_bytes=spec.max_bytes,
            image_settings=(1, spec.size, spec.quality),
            rejection_settings=(1, spec.max_bytes, spec.max_pixels),
        )
