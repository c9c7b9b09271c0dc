"""Replace the generated parts of a page."""

from __future__ import annotations

from collections.abc import Iterable


def replace_part(page: str, name: str, lines: Iterable[str]) -> str:
    """
    Return a page with one of its generated parts replaced.

    Args:
        page: Its text; the part is between `<!-- NAME -->` and `<!-- end -->`.
        name: The part's name.
        lines: The part's new lines.

    Raises:
        ValueError: The page has no such part.
    """
    begin, end = f"<!-- {name} -->\n", "<!-- end -->"
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        message = f"the page has no part {name}"
        raise ValueError(message)
    return "".join([before, begin, *(f"{line}\n" for line in lines), end, after])
