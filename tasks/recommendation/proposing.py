"""Scores turned into candidates: best first, nothing the user touched already, ties by item id."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from scipy import sparse

from slipstream.tasks.matrices import Floats, Integers, distinct, positions, tally
from slipstream.tasks.tables import Candidate, CatalogueItem, Interaction, User

Picks = tuple[Integers, Integers, Integers]
Found = tuple[Integers, Integers, Integers, Floats]
CELLS = 1 << 23
ROWS = 500_000


@dataclass(frozen=True, eq=False)
class Board:
    """Whom to serve, what may be proposed (both sorted), and which of it each user touched: shape (users, items)."""

    users: pd.Index
    items: pd.Index
    touched: sparse.csr_array


def weigh(interactions: DataFrame[Interaction], users: pd.Index, items: pd.Index) -> sparse.csr_array:
    """Add up the weights of each user and item: float32 of shape (users, items), others left out."""
    rows, columns = positions(interactions["user_id"], users), positions(interactions["item_id"], items)
    weights = interactions["weight"].to_numpy(np.float32)
    return tally(rows, columns, weights, (len(users), len(items)))


def lay_board(
    interactions: DataFrame[Interaction], users: DataFrame[User], catalogue: DataFrame[CatalogueItem]
) -> Board:
    """Set out whom to serve and what with."""
    people, items = distinct(users["user_id"]), distinct(catalogue["item_id"])
    touched = weigh(interactions, people, items)
    touched.data = np.ones(touched.nnz, np.float32)
    return Board(people, items, touched)


def blocks(rows: int, columns: int) -> Iterator[slice]:
    """Cut rows into blocks whose dense scores stay within the caches."""
    step = min(max(CELLS // max(columns, 1), 1), 512)
    return (slice(start, min(start + step, rows)) for start in range(0, rows, step))


def lower_bound(scores: Floats, top: int) -> Floats:
    """Find for each row a value that at least `top` of its scores reach, from the maxima of strided groups."""
    rows, columns = scores.shape
    if columns <= top:
        return np.full(rows, -np.inf, scores.dtype)
    width = 8 * top
    groups = columns // width
    if groups > 1:
        scores = scores[:, : groups * width].reshape(rows, groups, width).max(axis=1)
    place = scores.shape[1] - top
    return np.partition(scores, place, axis=1)[:, place]


def select(scores: Floats, *, top: int, floor: float) -> Picks:
    """Pick the `top` highest scores above `floor` of each row, ties by column: rows, columns and ranks from 1."""
    least = np.nextafter(scores.dtype.type(floor), scores.dtype.type(np.inf))
    bound = np.maximum(lower_bound(scores, top), least)
    row, column = np.divmod(np.flatnonzero(scores >= bound[:, None]), max(scores.shape[1], 1))
    order = np.lexsort((-scores[row, column], row))
    row, column = row[order], column[order]
    rank = np.arange(len(row)) - np.searchsorted(row, row) + 1
    kept = rank <= top
    return row[kept], column[kept], rank[kept]


def propose(
    board: Board, score: Callable[[slice], Floats], *, top: int, source: str, floor: float = 0.0
) -> Iterator[DataFrame[Candidate]]:
    """Propose to each user the items with the highest scores above `floor`, some users at a time.

    `score` gives a block of users its dense float32 scores, shape (users of the block, items), which it may overwrite.
    """

    def find() -> Iterator[Found]:
        for part in blocks(len(board.users), len(board.items)):
            scores = score(part)
            touched = board.touched[part].tocoo()
            scores[touched.row, touched.col] = -np.inf
            row, column, rank = select(scores, top=top, floor=floor)
            yield row + part.start, column, rank, scores[row, column]

    return candidates(board, find(), source)


def propose_alike(
    board: Board, scores: Floats, *, top: int, source: str, floor: float = 0.0
) -> Iterator[DataFrame[Candidate]]:
    """Propose to all users the same items, those with the highest scores above `floor` that they have not touched."""
    scores = scores.astype(np.float32)
    order = np.lexsort((np.arange(len(scores)), -scores))
    order = order[scores[order] > floor]
    touched = board.touched[:, order]

    def find() -> Iterator[Found]:
        for part in blocks(len(board.users), len(order)):
            reach = top + int(np.diff(touched[part].indptr).max(initial=0))
            free = touched[part, :reach].toarray() == 0
            place = np.cumsum(free, axis=1)
            row, column = np.nonzero(free & (place <= top))
            yield row + part.start, order[column], place[row, column], scores[order[column]]

    return candidates(board, find(), source)


def candidates(board: Board, found: Iterable[Found], source: str) -> Iterator[DataFrame[Candidate]]:
    """Write blocks of (user, item, rank, score) positions as frames of about half a million rows, one at least."""
    parts: list[Found] = []
    is_written = False
    for part in found:
        parts.append(part)
        if sum(len(users) for users, *_ in parts) >= ROWS:
            yield _table(board, parts, source)
            parts, is_written = [], True
    if parts or not is_written:
        yield _table(board, parts, source)


def _table(board: Board, parts: Sequence[Found], source: str) -> DataFrame[Candidate]:
    nobody = np.empty(0, np.int64)
    columns = [*zip(*parts, strict=True)] if parts else [(nobody,)] * 4
    users, items, ranks, scores = (np.concatenate(each) for each in columns)
    table = pd.DataFrame(
        {
            "user_id": board.users[users],
            "item_id": board.items[items],
            "source": pd.Series(source, index=range(len(users)), dtype="str"),
            "rank": ranks.astype(np.int32),
            "score": scores.astype(np.float32),
        }
    )
    return cast("DataFrame[Candidate]", table)
