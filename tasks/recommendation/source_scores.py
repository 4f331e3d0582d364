"""What each source that learnt something says of every candidate, not only of those it proposes itself."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from scipy import sparse

from slipstream.tasks.matrices import positions, tally
from slipstream.tasks.recommendation.history import Feature, Pairs, pair_up, share_within, survey
from slipstream.tasks.recommendation.neighbours import recency
from slipstream.tasks.recommendation.proposing import blocks, weigh
from slipstream.tasks.tables import Candidate, Interaction, Neighbour, RankingFeature
from slipstream.tasks.user_blocks import ByUser, whole_users
from slipstream.tasks.vectors import ItemEmbedding, UserEmbedding, dots


def source_scores(
    pool: Iterable[DataFrame[Candidate]],
    interactions: Iterable[DataFrame[Interaction]],
    neighbours: Mapping[str, DataFrame[Neighbour]],
    spaces: Mapping[str, tuple[UserEmbedding, ItemEmbedding]],
    *,
    fading: Mapping[str, Mapping[str, Any]],
) -> Iterator[DataFrame[RankingFeature]]:
    """Score the distinct pairs of a pool by each source's neighbours or vectors, relative to the user's best candidate.

    The pool and the traces come in blocks, sorted by user, and are gone through twice; what is made of them are blocks
    of whole users.

    Column `source_<name>__share` is 1 for that one. Neighbours follow the whole history, or where `fading` names the
    source, its recent part: {"transitions": {"recent": 20, "decay": 0.9}}.
    """
    extent = survey(pool)
    touched = pd.Index(sorted(set().union(*(block["item_id"].unique() for block in interactions))), dtype="str")
    steps = {name: lay_steps(table, touched, extent.items) for name, table in neighbours.items()}
    past = ByUser(interactions)
    for block in whole_users(pool):
        pairs = pair_up(block, extent)
        mine = past.until(pairs.users.max() if len(pairs.users) else "")
        walks = {name: lay_walk(mine, pairs.users, touched, fading.get(name)) for name in steps}
        columns = {name: follow(pairs, walks[name], steps[name]) for name in steps}
        columns |= {name: dot(pairs, people, items) for name, (people, items) in spaces.items()}
        shares = {
            f"source_{name}__share": share_within(pairs.user, scores.astype(np.float64), len(pairs.users))
            for name, scores in columns.items()
        }
        keys = {"user_id": pairs.users[pairs.user], "item_id": pairs.items[pairs.item]}
        yield RankingFeature.validate(pd.DataFrame(keys | shares))


def lay_walk(
    interactions: DataFrame[Interaction], users: pd.Index, touched: pd.Index, fading: Mapping[str, Any] | None
) -> sparse.csr_array:
    """Lay out what each user touched, fading with time where told how: shape (users, touched)."""
    return weigh(interactions, users, touched) if fading is None else recency(interactions, users, touched, **fading)


def lay_steps(neighbours: DataFrame[Neighbour], touched: pd.Index, items: pd.Index) -> sparse.csr_array:
    """Lay out what each touched item says of the items: shape (touched, items)."""
    rows, columns = positions(neighbours["item_id"], touched), positions(neighbours["neighbour_id"], items)
    return tally(rows, columns, neighbours["weight"].to_numpy(np.float32), (len(touched), len(items)))


def follow(pairs: Pairs, history: sparse.csr_array, steps: sparse.csr_array) -> Feature:
    """Sum for each pair what the touched items say of the item; `history` has shape (users of the pairs, touched)."""
    scores = np.zeros(len(pairs), np.float32)
    for part in blocks(len(pairs.users), len(pairs.items)):
        found = slice(*np.searchsorted(pairs.user, [part.start, part.stop]))
        block = (history[part] @ steps).toarray()
        scores[found] = block[pairs.user[found] - part.start, pairs.item[found]]
    return scores


def dot(pairs: Pairs, people: UserEmbedding, items: ItemEmbedding) -> Feature:
    """Multiply the vectors of each pair, 0 where one is missing."""
    return dots(people.rows(pairs.users), pairs.user, items.rows(pairs.items), pairs.item)
