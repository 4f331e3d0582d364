"""What share of its tags an item owes to each, by what people gave to it and to items like it."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from scipy import sparse

from slipstream.tasks.tables import ItemTag, ItemTagScore, columns, empty
from slipstream.tasks.tagging.interest import share_voice
from slipstream.tasks.tagging.spaces import neighbour_votes
from slipstream.tasks.vectors import ItemEmbedding, Matrix

BLOCK = 1024
LEAST = 1e-4
SHARPNESS = 3.0
Counts: TypeAlias = sparse.csr_matrix


def share_tags(
    item_tags: DataFrame[ItemTag],
    embeddings: Sequence[ItemEmbedding],
    learnt: Sequence[DataFrame[ItemTagScore]] = (),
    *,
    neighbours: int,
    borrowed: float,
    reserve: float,
    top: int,
) -> DataFrame[ItemTagScore]:
    """Score P(tag | item) = (n + borrowed * p) / (all n of the item + borrowed + reserve), at most `top` tags an item.

    n is the weight given to the pair (Dirichlet smoothing). What is borrowed comes from all lenders alike: from each
    embedding the mean shares of the `neighbours` items with tags that lie nearest, itself included (by cosine, nearer
    ones counting more), from learnt scores their voice. What is held in `reserve` keeps items with few tags from
    speaking loudly. Items without tags and lenders have no row.
    """
    if item_tags.empty:
        return empty(ItemTagScore)
    voices = [share_voice(scores, SHARPNESS) for scores in learnt]
    lenders = [*(space.ids for space in embeddings), *(voice["item_id"] for voice in voices)]
    items = pd.Index(sorted({*item_tags["item_id"], *(id_ for ids in lenders for id_ in ids)}), dtype="str")
    tags = pd.Index(sorted({*item_tags["tag"], *(tag for voice in voices for tag in voice["tag"])}), dtype="str")
    given = _count(item_tags, item_tags["weight"], items, tags)
    spoken = [_count(voice, voice["score"], items, tags) for voice in voices]
    total = np.asarray(given.sum(axis=1)).ravel()
    shares = sparse.csr_matrix(sparse.diags(1 / np.where(total > 0, total, 1)) @ given)
    blocks = []
    for start in range(0, len(items), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(items)))
        lent = _lend(rows, items, shares, embeddings, neighbours)
        lent = (lent + sum(voice[rows].toarray() for voice in spoken)) / max(len(lenders), 1)
        own = given[rows].toarray()
        score = (own + borrowed * lent) / (total[rows] + borrowed + reserve)[:, None]
        blocks.append(_best(score, own, total[rows], items[rows], tags, top))
    table = pd.concat(blocks, ignore_index=True)
    return ItemTagScore.validate(table[columns(ItemTagScore)])


def _count(item_tags: pd.DataFrame, values: pd.Series, items: pd.Index, tags: pd.Index) -> Counts:
    row, column = items.get_indexer(pd.Index(item_tags["item_id"])), tags.get_indexer(pd.Index(item_tags["tag"]))
    data = values.to_numpy(np.float64)
    order = np.lexsort((data, column, row))
    return sparse.csr_matrix((data[order], (row[order], column[order])), shape=(len(items), len(tags)))


def _lend(
    rows: "np.ndarray[tuple[int], np.dtype[np.int64]]",
    items: pd.Index,
    shares: Counts,
    embeddings: Sequence[ItemEmbedding],
    neighbours: int,
) -> Matrix:
    """Add up the mean shares of the nearest items with tags, over the embeddings; shape (rows, tags)."""
    tagged = np.flatnonzero(np.diff(shares.indptr))
    lent = np.zeros((len(rows), shares.shape[1]), np.float32)
    for space in embeddings:
        queries, pool = (ItemEmbedding(items[part], space.rows(items[part])).unit for part in (rows, tagged))
        lent += neighbour_votes(queries, pool, shares[tagged], neighbours)
    return lent


def _best(own_score: Matrix, own: Matrix, total: Matrix, items: pd.Index, tags: pd.Index, top: int) -> pd.DataFrame:
    kept = min(top, own_score.shape[1])
    best = np.argsort(-own_score, axis=1, kind="stable")[:, :kept]
    score, count = (np.take_along_axis(values, best, axis=1).ravel() for values in (own_score, own))
    table = pd.DataFrame({"item_id": np.repeat(items.to_numpy(), kept), "tag": tags[best.ravel()]})
    times = pd.Series(count).map("{:g}".format) + " of " + pd.Series(np.repeat(total, kept)).map("{:g}".format)
    evidence = ("given " + times).where(count > 0, "not given")
    table = table.assign(score=score.astype(np.float32), evidence=evidence)
    return table[table["score"] > LEAST]
