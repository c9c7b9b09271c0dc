"""Histories as plain data, so that one that fails shrinks to few moves."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

from settings import Overwrite
from tests.simulation.moves import MOVES, Move
from tests.simulation.setup import PATTERN, Setup
from tests.simulation.stepped_s3 import Tagging

KINDS = [kind for kind, (weight, _) in MOVES.items() for _ in range(weight)]
FEWEST, MOST = 25, 60  # moves; a history that fails shrinks to ones that do nothing


class History(NamedTuple):
    """
    A history from its beginning to its end.

    Args:
        setup: What the operator decides once.

        moves: What happens.

        seed: In which order everything comes to rest.

        are_events_lost: Whether no event arrives that is due at the end.

        late_faults: How many calls meet a fault while everything comes to rest.
    """

    setup: Setup
    moves: list[Move]
    seed: int
    are_events_lost: bool
    late_faults: int = 0


def _read_moves(drawn: list[tuple[str, int]]) -> list[Move]:
    """Return the moves that were drawn; one number for all of a move is drawn fast."""
    return [
        Move(kind, number % 8, number // 8 % 8, number // 64) for kind, number in drawn
    ]


SETUPS = st.builds(
    Setup,
    overwrite=st.sampled_from(Overwrite),
    remove_on_delete=st.booleans(),
    pattern=st.sampled_from([PATTERN, "pictures/{node_id}/*", "pictures/{username}.*"]),
    tagging=st.sampled_from([Tagging.ALLOWED] * 3 + list(Tagging)),
    is_versioned=st.booleans(),
)
HISTORIES = st.builds(
    History,
    setup=SETUPS,
    moves=st.lists(
        st.tuples(st.sampled_from(KINDS), st.integers(0, 64 * 32 - 1)),
        min_size=FEWEST,
        max_size=MOST,
    ).map(_read_moves),
    seed=st.integers(0, 1 << 16),
    are_events_lost=st.booleans(),
    late_faults=st.integers(0, 6),
)
