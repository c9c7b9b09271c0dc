"""Draw the packages of `src/` in `docs/develop.md`, from the code: `make docs`."""

from __future__ import annotations

import ast
from pathlib import Path

from tools.page_parts import replace_part

ROOT = Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
PAGE = ROOT / "docs" / "develop.md"

# Package or module of `src/` -> those that it imports.
Graph = dict[str, set[str]]


def main() -> None:
    """Write the page again."""
    PAGE.write_text(render(PAGE.read_text()))


def render(page: str) -> str:
    """Return the page with its diagram as the code has it now."""
    return replace_part(page, "packages", draw(reduce_edges(read_graph(SRC))))


def read_graph(folder: Path) -> Graph:
    """Return the imports between the packages and modules of a folder."""
    files = sorted(folder.rglob("*.py"))
    graph: Graph = {read_place(path, folder): set() for path in files}
    for path in files:
        place = read_place(path, folder)
        graph[place] |= read_imports(path) & graph.keys() - {place}
    return graph


def read_place(path: Path, folder: Path) -> str:
    """Return the package or module of a folder that a file belongs to."""
    return path.relative_to(folder).parts[0].removesuffix(".py")


def read_imports(path: Path) -> set[str]:
    """Return the top-level names that a file imports from outside its package."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(str(node.module).partition(".")[0])
    return found


def reduce_edges(graph: Graph) -> Graph:
    """Return the graph without the edges that a longer path implies."""
    return {
        place: {
            target
            for target in targets
            if not any(_is_reachable(graph, it, target) for it in targets - {target})
        }
        for place, targets in graph.items()
    }


def draw(graph: Graph) -> list[str]:
    """Return the lines of a Mermaid flowchart."""
    return [
        "```mermaid",
        "flowchart TD",
        *(
            f"  {place} --> {target}"
            for place, targets in sorted(graph.items())
            for target in sorted(targets)
        ),
        "```",
    ]


def _is_reachable(graph: Graph, start: str, target: str) -> bool:
    """Tell whether a path of imports leads from one place to another."""
    return start == target or any(
        _is_reachable(graph, it, target) for it in graph[start]
    )


if __name__ == "__main__":
    main()
