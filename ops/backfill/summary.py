"""What became of the objects of a backfill, by reason."""

from __future__ import annotations

from collections import Counter

from rich.table import Table

from ops.session import Session
from outcome import Outcome, Reason

STYLES = {Outcome.FAILED: "red", Outcome.REJECTED: "yellow", Outcome.SYNCED: "green"}


def outcome_of(code: str) -> Outcome:
    """Return the outcome of a reason; what nobody knows has failed."""
    return next((it.outcome for it in Reason if it == code), Outcome.FAILED)


def show_summary(session: Session, counts: Counter[str]) -> None:
    """Print a line per reason, the most frequent first."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right")
    for code, count in counts.most_common():
        outcome = outcome_of(code)
        table.add_row(f"{count:,}", outcome, code, style=STYLES.get(outcome, ""))
    session.console.print(table)


def has_failed(counts: Counter[str]) -> bool:
    """Tell whether anything has to be done again."""
    return any(outcome_of(code) is Outcome.FAILED for code in counts)
