"""Items whose vectors lie nearest to the user's."""

import numpy as np
from pandera.typing import DataFrame
from scipy import sparse

from slipstream.tasks.recommendation.proposing import Board, Integers, lay_board, propose, select
from slipstream.tasks.tables import Candidate, CatalogueItem, Interaction, User
from slipstream.tasks.vectors import ItemEmbedding, Matrix, UserEmbedding


def top_items(
    users: Matrix, items: Matrix, *, top: int, exclude: sparse.csr_array | None = None, block: int = 128
) -> tuple[Integers, Integers, Matrix]:
    """Find for each user vector the `top` items with the highest dot product, exactly.

    Gives positions of users, positions of items and scores, sorted by user and falling score, ties by position.
    `exclude` has shape (users, items); its non-zero cells are never found. Memory is `block` rows of scores.
    """
    found: list[tuple[Integers, Integers, Matrix]] = []
    across = np.ascontiguousarray(items.T)
    for start in range(0, len(users), block):
        scores = users[start : start + block] @ across
        if exclude is not None:
            hidden = exclude[start : start + block].tocoo()
            scores[hidden.row, hidden.col] = -np.inf
        row, column, _ = select(scores, top=top, floor=-np.inf)
        found.append((row + start, column, scores[row, column]))
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)
    row, column, score = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return row, column, score


def embedding_items(
    user_embedding: UserEmbedding,
    item_embedding: ItemEmbedding,
    interactions: DataFrame[Interaction],
    users: DataFrame[User],
    catalogue: DataFrame[CatalogueItem],
    *,
    cosine: bool,
    top: int,
    source: str,
) -> DataFrame[Candidate]:
    """Propose the items with the highest dot product (or cosine) with the user; a zero vector proposes nothing."""
    board = lay_board(interactions, users, catalogue)
    placed = user_embedding.take(board.users[np.flatnonzero(user_embedding.rows(board.users).any(axis=1))])
    near = item_embedding.take(board.items)
    touched = board.touched[board.users.get_indexer(placed.ids)][:, board.items.get_indexer(near.ids)]
    people, across = (placed.unit, near.unit.T) if cosine else (placed.matrix, near.matrix.T)
    across = np.ascontiguousarray(across)
    return propose(
        Board(placed.ids, near.ids, touched),
        lambda part: people[part] @ across,
        top=top,
        source=source,
        floor=-np.inf,
    )
