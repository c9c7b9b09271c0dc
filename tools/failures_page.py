"""Write the tables of `docs/failures.md` from the code: `make docs`."""

from __future__ import annotations

import re
from pathlib import Path

from outcome import Reason
from tests.grid.aws_faults import AWS, AWS_STEPS
from tests.grid.faults import AUTHGEAR, AUTHGEAR_STEPS, Row
from tools.page_parts import replace_part

PAGE = Path(__file__).resolve().parent.parent / "docs" / "failures.md"


def main() -> None:
    """Write the page again."""
    PAGE.write_text(render(PAGE.read_text()))


def render(page: str) -> str:
    """
    Return the page with its tables as the code has them now.

    Args:
        page: Its text, with the generated parts `reasons`, `authgear` and `aws`.
    """
    tables = {
        "reasons": reasons(),
        "authgear": faults(AUTHGEAR, AUTHGEAR_STEPS),
        "aws": faults(AWS, AWS_STEPS),
    }
    for name, lines in tables.items():
        page = replace_part(page, name, lines)
    return page


def reasons() -> list[str]:
    """Return the table of reason codes."""
    return [
        "| reason | outcome | what it means | what to do |",
        "|---|---|---|---|",
        *(
            f"| `{reason.value}` | `{reason.outcome.value}`"
            f" | {_marked(reason.meaning)} | {reason.advice} |"
            for reason in Reason
        ),
    ]


def faults(rows: tuple[Row, ...], steps: tuple[str, ...]) -> list[str]:
    """Return the table of the result of each fault at each step."""
    return [
        f"| fault | reason | {' | '.join(steps)} |",
        "|---|---|" + "---|" * len(steps),
        *(f"| {row.name} | `{row.reason.value}` | {row.text} |" for row in rows),
    ]


def _marked(text: str) -> str:
    """Mark names of settings as code."""
    return re.sub(r"\b[A-Z]+_[A-Z_]+\b|\bOVERWRITE\b", lambda m: f"`{m[0]}`", text)


if __name__ == "__main__":
    main()
