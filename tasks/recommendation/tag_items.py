"""Items that carry the tags a user is interested in."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from scipy import sparse

from slipstream.tasks.matrices import distinct, positions, tally
from slipstream.tasks.recommendation.proposing import lay_board, propose
from slipstream.tasks.tables import Candidate, CatalogueItem, Interaction, ItemTagScore, User, UserTagScore


def tag_items(  # noqa: PLR0913 (five tables and four knobs)
    user_tags: DataFrame[UserTagScore],
    item_tags: DataFrame[ItemTagScore],
    interactions: DataFrame[Interaction],
    users: DataFrame[User],
    catalogue: DataFrame[CatalogueItem],
    *,
    evenness: float,
    popularity: float,
    top: int,
    source: str,
) -> Iterator[DataFrame[Candidate]]:
    """Propose the items whose tags fit the user's: the sum over tags of user score times item score.

    The vector of an item is divided by its length to the `evenness`: 0 prefers items with many tags,
    1 compares directions only. Of items that fit alike the better known comes first: scores are multiplied by
    (1 + number of traces) ** popularity. Tags that a user dislikes speak against.
    """
    board, tags = lay_board(interactions, users, catalogue), distinct(item_tags["tag"])
    wanted = place(user_tags["user_id"], user_tags["tag"], user_tags["score"], board.users, tags)
    offered = place(item_tags["item_id"], item_tags["tag"], item_tags["score"], board.items, tags)
    length = np.sqrt(np.asarray(offered.multiply(offered).sum(axis=1)).ravel())
    known = positions(interactions["item_id"], board.items)
    traces = np.bincount(known[known >= 0], minlength=len(board.items))
    factor = np.maximum(length, 1e-12) ** -evenness * (1.0 + traces) ** popularity
    offered.data = offered.data * np.repeat(factor, np.diff(offered.indptr)).astype(np.float32)
    across = sparse.csr_array(offered.T)
    return propose(board, lambda part: (wanted[part] @ across).toarray(), top=top, source=source)


def place(owner: pd.Series, tag: pd.Series, score: pd.Series, owners: pd.Index, tags: pd.Index) -> sparse.csr_array:
    """Arrange tag scores as a matrix of shape (owners, tags)."""
    rows, columns = positions(owner, owners), positions(tag, tags)
    return tally(rows, columns, score.to_numpy(np.float32), (len(owners), len(tags)))
