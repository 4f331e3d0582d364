"""What each source that learnt something says of every candidate, not only of those it proposes itself."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from scipy import sparse

from slipstream.tasks.recommendation.history import Feature, Pairs, pair_up, share_within
from slipstream.tasks.recommendation.neighbours import recency
from slipstream.tasks.recommendation.proposing import blocks, distinct, positions, tally, weigh
from slipstream.tasks.tables import Candidate, Interaction, Neighbour, RankingFeature
from slipstream.tasks.vectors import ItemEmbedding, UserEmbedding

ROWS = 200_000


def source_scores(
    pool: DataFrame[Candidate],
    interactions: DataFrame[Interaction],
    neighbours: Mapping[str, DataFrame[Neighbour]],
    spaces: Mapping[str, tuple[UserEmbedding, ItemEmbedding]],
    *,
    fading: Mapping[str, Mapping[str, Any]],
) -> DataFrame[RankingFeature]:
    """Score the distinct pairs of a pool by each source's neighbours or vectors, relative to the user's best candidate.

    Column `source_<name>__share` is 1 for that one. Neighbours follow the whole history, or where `fading` names the
    source, its recent part: {"transitions": {"recent": 20, "decay": 0.9}}.
    """
    pairs = pair_up(pool)
    touched = distinct(interactions["item_id"])
    whole = weigh(interactions, pairs.users, touched)
    columns: dict[str, Feature] = {}
    for name, table in neighbours.items():
        history = recency(interactions, pairs.users, touched, **fading[name]) if name in fading else whole
        columns[name] = follow(pairs, history, touched, table)
    for name, (people, items) in spaces.items():
        columns[name] = dot(pairs, people, items)
    shares = {
        f"source_{name}__share": share_within(pairs.user, scores.astype(np.float64), len(pairs.users))
        for name, scores in columns.items()
    }
    keys = {"user_id": pairs.users[pairs.user], "item_id": pairs.items[pairs.item]}
    return RankingFeature.validate(pd.DataFrame(keys | shares))


def follow(pairs: Pairs, history: sparse.csr_array, touched: pd.Index, neighbours: DataFrame[Neighbour]) -> Feature:
    """Sum for each pair what the touched items say of the item; `history` has shape (users of the pairs, touched)."""
    rows = positions(neighbours["item_id"], touched)
    columns = positions(neighbours["neighbour_id"], pairs.items)
    steps = tally(rows, columns, neighbours["weight"].to_numpy(np.float32), (len(touched), len(pairs.items)))
    scores = np.zeros(len(pairs), np.float32)
    for part in blocks(len(pairs.users), len(pairs.items)):
        found = slice(*np.searchsorted(pairs.user, [part.start, part.stop]))
        block = (history[part] @ steps).toarray()
        scores[found] = block[pairs.user[found] - part.start, pairs.item[found]]
    return scores


def dot(pairs: Pairs, people: UserEmbedding, items: ItemEmbedding) -> Feature:
    """Multiply the vectors of each pair, 0 where one is missing."""
    left, right = people.rows(pairs.users), items.rows(pairs.items)
    scores = np.zeros(len(pairs), np.float32)
    for start in range(0, len(pairs), ROWS):
        part = slice(start, start + ROWS)
        scores[part] = np.einsum("ij,ij->i", left[pairs.user[part]], right[pairs.item[part]])
    return scores
