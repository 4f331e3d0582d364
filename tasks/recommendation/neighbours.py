"""Items near items: tables of neighbours, and what they propose to a user."""

from collections.abc import Iterator
from typing import cast

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from scipy import sparse

from slipstream.tasks.matrices import Floats, Integers, distinct, positions, tally
from slipstream.tasks.recommendation.proposing import Picks, blocks, lay_board, propose, select, weigh
from slipstream.tasks.tables import Candidate, CatalogueItem, Interaction, Neighbour, User, empty

Found = list[tuple[Integers, Integers, Floats]]


def knn_neighbours(interactions: DataFrame[Interaction], *, method: str, top: int) -> DataFrame[Neighbour]:
    """Find the items that the same people like.

    method "cosine" compares weights as they are, "tfidf" counts people with few items more,
    "bm25" does so too, and lets weights saturate and often touched items win (Robertson 2009, k1 10, b 0.2).
    """
    items = distinct(interactions["item_id"])
    given = weigh(interactions, distinct(interactions["user_id"]), items)
    vectors = weigh_users(sparse.csr_array(given.maximum(0).T), method)
    others = sparse.csr_array(vectors.T)
    found: Found = []
    for part in blocks(len(items), len(items)):
        scores = (vectors[part] @ others).toarray()
        scores[np.arange(len(scores)), np.arange(part.start, part.stop)] = 0
        found.append(pick(scores, select(scores, top=top, floor=0.0), part.start))
    return neighbour_table(items, found)


def weigh_users(vectors: sparse.csr_array, method: str) -> sparse.csr_array:
    """Weigh the users in the vectors of items, shape (items, users), by a named method."""
    count, people = vectors.shape
    user = vectors.indices
    rarity = np.log(max(count, 1)) - np.log1p(np.bincount(user, minlength=people))
    data = vectors.data.astype(np.float64)
    if method == "tfidf":
        data = np.sqrt(data) * rarity[user]
    elif method == "bm25":
        length = np.asarray(vectors.sum(axis=1)).ravel()
        relative = 0.8 + 0.2 * length / max(length.mean() if count else 0, 1e-12)
        data = data * 11 / (10 * np.repeat(relative, np.diff(vectors.indptr)) + data) * rarity[user]
    elif method != "cosine":
        raise ValueError(f"method {method!r} is none of cosine, tfidf, bm25")
    weighed = sparse.csr_array((data, user, vectors.indptr), shape=vectors.shape)
    if method != "bm25":
        norm = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
        weighed.data = weighed.data / np.repeat(np.maximum(norm, 1e-12), np.diff(vectors.indptr))
    return weighed.astype(np.float32)


def pick(scores: Floats, picks: Picks, start: int) -> tuple[Integers, Integers, Floats]:
    """Keep the scores that were picked from a block whose first row is `start`."""
    row, column, _ = picks
    return row + start, column, scores[row, column]


def neighbour_table(items: pd.Index, found: Found) -> DataFrame[Neighbour]:
    """Write blocks of (item, neighbour, weight) positions as a table."""
    if not found:
        return cast("DataFrame[Neighbour]", empty(Neighbour))
    touched, proposed, weights = (np.concatenate(parts) for parts in zip(*found, strict=True))
    table = pd.DataFrame(
        {"item_id": items[touched], "neighbour_id": items[proposed], "weight": weights.astype(np.float32)}
    )
    return cast("DataFrame[Neighbour]", table)


def neighbour_items(
    neighbours: DataFrame[Neighbour],
    interactions: DataFrame[Interaction],
    users: DataFrame[User],
    catalogue: DataFrame[CatalogueItem],
    *,
    top: int,
    source: str,
) -> Iterator[DataFrame[Candidate]]:
    """Propose the neighbours of all that the user touched, each weighted by the trace; dislikes speak against."""
    known = distinct(neighbours["item_id"])
    history = weigh(interactions, distinct(users["user_id"]), known)
    return walk(history, known, neighbours, interactions, users, catalogue, top=top, source=source)


def transition_items(
    neighbours: DataFrame[Neighbour],
    interactions: DataFrame[Interaction],
    users: DataFrame[User],
    catalogue: DataFrame[CatalogueItem],
    *,
    recent: int,
    decay: float,
    top: int,
    source: str,
) -> Iterator[DataFrame[Candidate]]:
    """Propose the neighbours of what the user touched last: the n-th item back counts weight times decay**n.

    Items touched at the same time share the mean of their places; only `recent` places count.
    """
    people, known = distinct(users["user_id"]), distinct(neighbours["item_id"])
    history = recency(interactions, people, known, recent=recent, decay=decay)
    return walk(history, known, neighbours, interactions, users, catalogue, top=top, source=source)


def recency(
    interactions: DataFrame[Interaction], users: pd.Index, items: pd.Index, *, recent: int, decay: float
) -> sparse.csr_array:
    """Weigh each user's liked items by how few were touched after them: float32 of shape (users, items)."""
    weights = weigh(interactions, users, items).tocoo()
    liked = weights.data > 0
    row, column, weight = weights.row[liked], weights.col[liked], weights.data[liked]
    place = places(row, last_touch(interactions, users, items, row.astype(np.int64) * len(items) + column))
    value = np.where(place < recent, weight * decay**place, 0)
    return tally(row, column, value, weights.shape)


def last_touch(interactions: DataFrame[Interaction], users: pd.Index, items: pd.Index, cells: Integers) -> Integers:
    """Find when each cell, user times number of items plus item, was touched last: microseconds."""
    row, column = positions(interactions["user_id"], users), positions(interactions["item_id"], items)
    at = interactions["at"].to_numpy("datetime64[us]").astype(np.int64)
    known = (row >= 0) & (column >= 0)
    touched, at = row[known].astype(np.int64) * len(items) + column[known], at[known]
    order = np.lexsort((at, touched))
    last = np.searchsorted(touched[order], cells, side="right") - 1
    return np.asarray(at[order][last], dtype=np.int64)


def places(row: Integers, at: Integers) -> Floats:
    """Count the cells of each row from 0, the newest first; those of one time share the mean of their places."""
    order = np.lexsort((-at, row))
    row, at = row[order], at[order]
    begins = np.flatnonzero(np.r_[True, (row[1:] != row[:-1]) | (at[1:] != at[:-1])]) if len(row) else row
    counts = np.diff(np.r_[begins, len(row)])
    middle = np.repeat(begins + (counts - 1) / 2, counts) - np.searchsorted(row, row)
    found = np.empty(len(row))
    found[order] = middle
    return found


def walk(
    history: sparse.csr_array,
    known: pd.Index,
    neighbours: DataFrame[Neighbour],
    interactions: DataFrame[Interaction],
    users: DataFrame[User],
    catalogue: DataFrame[CatalogueItem],
    *,
    top: int,
    source: str,
) -> Iterator[DataFrame[Candidate]]:
    """Follow the neighbours of a weighted history, shape (users sorted, known items)."""
    board = lay_board(interactions, users, catalogue)
    rows = positions(neighbours["item_id"], known)
    columns = positions(neighbours["neighbour_id"], board.items)
    weights = neighbours["weight"].to_numpy(np.float32)
    steps = tally(rows, columns, weights, (len(known), len(board.items)))
    return propose(board, lambda part: (history[part] @ steps).toarray(), top=top, source=source)
