"""What the ranker sees of a candidate: scale-free numbers in groups, `<group>__<name>`.

Ranks, shares, ratios and log hours instead of counts, so that a model learnt at one hour holds at another.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.matrices import positions
from slipstream.tasks.recommendation.history import Feature, Pairs, look_back, pair_up, share_within, survey
from slipstream.tasks.recommendation.item_features import item_features
from slipstream.tasks.recommendation.match_features import embedding_features, lay_out_tags, tag_features
from slipstream.tasks.recommendation.user_features import user_features
from slipstream.tasks.tables import (
    Candidate,
    Interaction,
    Item,
    ItemTagScore,
    RankingFeature,
    UserTagScore,
)
from slipstream.tasks.user_blocks import InStep, whole_users
from slipstream.tasks.vectors import ItemEmbedding

KEYS = ["user_id", "item_id"]
WINDOW_HOURS = (0.5, 1.0, 3.0, 6.0, 24.0, 72.0, 168.0, 720.0, 8760.0)


def ranking_features(  # noqa: PLR0913 (seven tables and two knobs)
    pool: Iterable[DataFrame[Candidate]],
    interactions: DataFrame[Interaction],
    items: DataFrame[Item],
    item_tags: DataFrame[ItemTagScore],
    user_tags: DataFrame[UserTagScore],
    embeddings: Sequence[ItemEmbedding],
    scores: Iterable[DataFrame[RankingFeature]],
    *,
    as_of: datetime,
    window_hours: Sequence[float] = WINDOW_HOURS,
) -> Iterator[DataFrame[RankingFeature]]:
    """Describe each (user, item) of the pool by float32 columns, knowing nothing from `as_of` on.

    The pool comes in blocks, which are gone through twice; what is made of it are blocks of whole users. `scores`, in
    blocks too, are further columns of the same pairs; they come before those of the same name.
    """
    extent = survey(pool)
    _check_names(extent.sources)
    history = look_back(interactions, extent, as_of=as_of)
    per_item = item_features(history, items, as_of=as_of, window_hours=window_hours)
    tags, scored = lay_out_tags(extent, item_tags, user_tags), InStep(scores)
    for block in whole_users(pool):
        pairs = pair_up(block, extent)
        past = history.of(pairs)
        columns = source_features(block, pairs, extent.sources) | _aligned(scored.take(len(pairs)), pairs)
        columns |= {name: values[pairs.item] for name, values in per_item.items()}
        columns |= user_features(past, pairs, per_item)
        columns |= tag_features(pairs, tags)
        for number, embedding in enumerate(embeddings):
            columns |= embedding_features(pairs, past, embedding, name=f"embedding_{number}")
        keys = {"user_id": pairs.users[pairs.user], "item_id": pairs.items[pairs.item]}
        yield RankingFeature.validate(pd.DataFrame(keys | columns))
    if left := scored.left():
        raise ValueError(f"{left} scored pairs more than the pool has; score the same pool")


def source_features(pool: DataFrame[Candidate], pairs: Pairs, names: Sequence[str]) -> dict[str, Feature]:
    """Describe what the named sources say: 1 / rank and the share of the best score, 0 where a source is silent."""
    columns: dict[str, Feature] = {}
    code = positions(pool["source"], pd.Index(list(names), dtype="str"))
    rank, score = pool["rank"].to_numpy(np.float64), pool["score"].to_numpy(np.float64)
    for number, name in enumerate(names):
        of_source = code == number
        row = pairs.row[of_source]
        ranks, shares = np.zeros(len(pairs), np.float32), np.zeros(len(pairs), np.float32)
        ranks[row] = 1 / rank[of_source]
        shares[row] = share_within(pairs.user[row], score[of_source], len(pairs.users))
        columns |= {f"source_{name}__rank": ranks, f"source_{name}__share": shares}
    return columns | _agreement(columns, len(pairs))


def _agreement(columns: dict[str, Feature], rows: int) -> dict[str, Feature]:
    """Count the sources that propose a pair and average their shares."""
    ranks = [column for name, column in columns.items() if name.endswith("__rank")]
    shares = [column for name, column in columns.items() if name.endswith("__share")]
    count, total, share = (np.zeros(rows, np.float32) for _ in range(3))
    for rank in ranks:
        count += rank > 0
        total += rank
    for column in shares:
        share += column
    number = max(len(ranks), 1)
    return {
        "agreement__count": count,
        "agreement__rank": np.asarray(total / number, dtype=np.float32),
        "agreement__share": np.asarray(share / number, dtype=np.float32),
    }


def _aligned(scores: DataFrame[RankingFeature], pairs: Pairs) -> dict[str, Feature]:
    """Take the columns of a table that describes the same pairs in the same order."""
    users, items = (pd.Index(scores[key], dtype="str") for key in KEYS)
    same = len(scores) == len(pairs) and users.equals(pairs.users[pairs.user]) and items.equals(pairs.items[pairs.item])
    if not same:
        raise ValueError(f"{len(scores)} scored pairs are not the {len(pairs)} of the pool; score the same pool")
    return {name: scores[name].to_numpy(np.float32) for name in scores.columns if name not in KEYS}


def _check_names(names: Sequence[str]) -> None:
    """Refuse a source name that cannot stand in a column name."""
    bad = [name for name in names if not re.fullmatch(r"[A-Za-z0-9_.-]+", name) or "__" in name]
    if bad:
        raise ValueError(
            f"source {bad[0]!r} cannot name a feature; use letters, digits, dots, dashes and single underscores"
        )
