"""Simple ways to foresee the tags people turn to, which a better one is compared with."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame
from scipy import sparse

from slipstream.tasks.tables import Interaction, ItemTag, UserTagScore, columns, empty

Counts: TypeAlias = sparse.csr_array
Floats = npt.NDArray[np.float64]
CELLS = 4_000_000
METHODS = ("counts", "tf-idf", "popular", "given", "lift", "sum")


def score_simply(
    interactions: DataFrame[Interaction], item_tags: DataFrame[ItemTag], *, method: str, top: int
) -> DataFrame[UserTagScore]:
    """Score the tags of everybody by what the items bear that they turned to, at most `top` a user.

    With the summed positive weights w of a user on items, and P(tag | item) the share of a tag in all that was given to
    an item: "counts" = number of the user's items that bear the tag; "tf-idf" = counts * log(items / items that bear
    it); "popular" = mean of all users' shares; "given" = number of people who gave the tag; "sum" = sum of
    w * P(tag | item), per user scaled to 1; "lift" = the same divided by its mean over users.
    """
    if method not in METHODS:
        raise ValueError(f"method {method!r} is none of {', '.join(METHODS)}")
    liked = interactions[interactions["weight"] > 0]
    users, items, tags = (
        pd.Index(sorted(set(ids)), dtype="str") for ids in (liked["user_id"], item_tags["item_id"], item_tags["tag"])
    )
    if not len(users) or not len(tags):
        return empty(UserTagScore)
    touched = _count(liked["user_id"], liked["item_id"], liked["weight"], users, items)
    borne = _count(item_tags["item_id"], item_tags["tag"], item_tags["weight"], items, tags)
    share = _rows_to_one(touched @ _rows_to_one(borne))
    common = np.asarray(share.mean(axis=0)).ravel()
    givers = item_tags.dropna(subset=["user_id"]).drop_duplicates(["user_id", "tag"])["tag"].value_counts()
    bearers = np.diff(sparse.csc_array(borne).indptr)
    rare = np.log((1 + len(items)) / (1 + bearers))
    scorers: dict[str, Callable[[slice], Floats]] = {
        "counts": lambda rows: _ones(touched[rows]).dot(_ones(borne)).toarray(),
        "tf-idf": lambda rows: _ones(touched[rows]).dot(_ones(borne)).toarray() * rare,
        "popular": lambda rows: np.tile(common, (rows.stop - rows.start, 1)),
        "given": lambda rows: np.tile(givers.reindex(tags, fill_value=0), (rows.stop - rows.start, 1)),
        "lift": lambda rows: share[rows].toarray() / np.maximum(common, 1e-12),
        "sum": lambda rows: share[rows].toarray(),
    }
    step = max(1, CELLS // len(tags))
    blocks = [slice(start, min(start + step, len(users))) for start in range(0, len(users), step)]
    found = [_best(scorers[method](rows), users[rows], tags, top) for rows in blocks]
    return UserTagScore.validate(pd.concat(found, ignore_index=True).assign(evidence=method)[columns(UserTagScore)])


def _count(rows: pd.Series, names: pd.Series, values: pd.Series, down: pd.Index, over: pd.Index) -> Counts:
    row, column = down.get_indexer(pd.Index(rows)), over.get_indexer(pd.Index(names))
    known = (row >= 0) & (column >= 0)
    data, row, column = values.to_numpy(np.float64)[known], row[known], column[known]
    order = np.lexsort((data, column, row))
    return sparse.csr_array((data[order], (row[order], column[order])), shape=(len(down), len(over)))


def _ones(matrix: Counts) -> Counts:
    return sparse.csr_array((np.ones_like(matrix.data), matrix.indices, matrix.indptr), shape=matrix.shape)


def _rows_to_one(matrix: Counts) -> Counts:
    whole = np.asarray(matrix.sum(axis=1)).ravel()
    return sparse.csr_array(sparse.diags_array(1 / np.where(whole > 0, whole, 1)) @ matrix)


def _best(score: Floats, users: pd.Index, tags: pd.Index, top: int) -> pd.DataFrame:
    kept = min(top, score.shape[1])
    best = np.argsort(-score, axis=1, kind="stable")[:, :kept]
    value = np.take_along_axis(score, best, axis=1).astype(np.float32).ravel()
    table = pd.DataFrame({"user_id": np.repeat(users.to_numpy(), kept), "tag": tags[best.ravel()], "score": value})
    return table[table["score"] > 0]
