"""Where things are in this project."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "local" / "pictures"
