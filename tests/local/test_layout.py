"""The layout of `local/`: no module imports itself by way of others."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

from local.paths import ROOT

FILES = sorted((ROOT / "local").rglob("*.py"))


def name_of(path: Path) -> str:
    """Return a file's name as it is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def read_imports(path: Path) -> Iterator[str]:
    """Yield what a file imports when it is loaded, with whole names."""
    package = name_of(path) if path.name == "__init__.py" else name_of(path.parent)
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: len(package.split(".")) + 1 - node.level]
            start = [*parts] if node.level else []
            module = ".".join([*start, *filter(None, [node.module])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def test_no_module_imports_itself() -> None:
    """There is an order in which each module comes after all that it imports."""
    known = {name_of(path) for path in FILES}
    graph = {name_of(path): set(read_imports(path)) & known for path in FILES}

    order = list(TopologicalSorter(graph).static_order())

    assert len(order) == len(FILES)
