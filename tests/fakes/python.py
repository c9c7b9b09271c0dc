"""How a test runs a module of this project in a process of its own."""

from __future__ import annotations

import os

from local.paths import ROOT


def python_path() -> dict[str, str]:
    """Return the variable by which the module finds this project's others."""
    return {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
