"""Fill generated tables into a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

END = "<!-- end -->"


def fill_in(page: str, tables: Mapping[str, Sequence[str]]) -> str:
    """
    Return a page with its generated tables as they are now.

    Args:
        page: Its text; the table NAME is between `<!-- NAME -->` and `<!-- end -->`.

        tables: The lines of each table, by its name.

    Raises:
        ValueError: The page has no place for a table.
    """
    for name, lines in tables.items():
        begin = f"<!-- {name} -->\n"
        before, found, rest = page.partition(begin)
        _, closed, after = rest.partition(END)
        if not (found and closed):
            message = f"the page has no place for the table {name}"
            raise ValueError(message)
        page = "".join([before, begin, *(f"{line}\n" for line in lines), END, after])
    return page
