"""The diagram of docs/develop.md shows the imports between the packages of src/."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.diagram import PAGE, draw, read_graph, reduce_edges, render
from tools.page_parts import replace_part


def test_diagram_is_that_of_the_code() -> None:
    """The page has the packages as the code imports them; `make docs` draws them."""
    page = PAGE.read_text()

    assert page == render(page)


def test_imports_of_a_package_are_those_of_its_files(tmp_path: Path) -> None:
    """A package has the imports of its files, except libraries and its own modules."""
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "one.py").write_text("import json\nimport pack.two\n")
    (tmp_path / "pack" / "two.py").write_text(
        "from base.part import name\nfrom .main import other\n"
    )
    (tmp_path / "base.py").write_text("")
    (tmp_path / "main.py").write_text("def f():\n    from pack import one\n")

    graph = read_graph(tmp_path)

    assert graph == {"main": {"pack"}, "pack": {"base"}, "base": set()}


def test_implied_import_is_left_out() -> None:
    """An edge is drawn only if no longer path leads to the same place."""
    graph = {"a": {"b", "c", "d"}, "b": {"c"}, "c": set(), "d": set()}

    assert reduce_edges(graph) == graph | {"a": {"b", "d"}}


def test_edges_are_drawn_in_order() -> None:
    """The lines do not depend on the order of a set."""
    graph = {"b": {"d", "c"}, "a": {"b"}, "c": set(), "d": set()}

    edges = [line.strip() for line in draw(graph)[2:-1]]

    assert edges == ["a --> b", "b --> c", "b --> d"]


def test_page_without_the_part_is_refused() -> None:
    """A missing mark is reported, and nothing is written elsewhere."""
    with pytest.raises(ValueError, match="packages"):
        replace_part("<!-- packages -->\nno end\n", "packages", [])
