"""Items whose vectors lie nearest to the user's."""

from collections.abc import Iterator

import numpy as np
from pandera.typing import DataFrame

from slipstream.tasks.recommendation.dot_products import top_items
from slipstream.tasks.recommendation.proposing import ROWS, Board, candidates, lay_board
from slipstream.tasks.tables import Candidate, CatalogueItem, Interaction, User
from slipstream.tasks.vectors import ItemEmbedding, UserEmbedding

EXACT = 200_000  # up to so many items clusters save little


def embedding_items(  # noqa: PLR0913 (five tables and their knobs)
    user_embedding: UserEmbedding,
    item_embedding: ItemEmbedding,
    interactions: DataFrame[Interaction],
    users: DataFrame[User],
    catalogue: DataFrame[CatalogueItem],
    *,
    cosine: bool,
    top: int,
    source: str,
    threads: int = 1,
    megabytes: int = 16,
    probes: int = 0,
) -> Iterator[DataFrame[Candidate]]:
    """Propose the items with the highest dot product (or cosine) with the user; a zero vector proposes nothing.

    With `probes`, of more than `EXACT` items only those in so many clusters next to the user are looked at.
    """
    board = lay_board(interactions, users, catalogue)
    placed = user_embedding.take(board.users[np.flatnonzero(user_embedding.rows(board.users).any(axis=1))])
    near = item_embedding.take(board.items)
    touched = board.touched[board.users.get_indexer(placed.ids)][:, board.items.get_indexer(near.ids)]
    people, across = (placed.unit, near.unit) if cosine else (placed.matrix, near.matrix)
    search = {"threads": threads, "megabytes": megabytes, "probes": probes if len(near) > EXACT else 0}
    row, column, score = top_items(people, across, top=top, exclude=touched, **search)
    rank = np.arange(len(row)) - np.searchsorted(row, row) + 1
    parts = (slice(start, start + ROWS) for start in range(0, len(row), ROWS))
    found = ((row[part], column[part], rank[part], score[part]) for part in parts)
    return candidates(Board(placed.ids, near.ids, touched), found, source)
