"""Lists made on Spark: the functions of this room on parts of the users."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
from pandera.typing import DataFrame

from slipstream.tasks.recommendation.nearest import embedding_items
from slipstream.tasks.recommendation.ranker import RankingModel
from slipstream.tasks.recommendation.serving import ranked_items
from slipstream.tasks.spark import Cluster, by_users
from slipstream.tasks.tables import Candidate, CatalogueItem, Interaction, RankingFeature, Refusal, User
from slipstream.tasks.vectors import ItemEmbedding, UserEmbedding


def nearest_items_on_spark(
    cluster: Cluster,
    embeddings: tuple[UserEmbedding, ItemEmbedding],
    tables: Sequence[Path],
    catalogue: DataFrame[CatalogueItem],
    **knobs: Any,  # noqa: ANN401 (of `embedding_items`)
) -> DataFrame[Candidate]:
    """Propose what `embedding_items` proposes; `tables` are the files of the interactions and of the users."""
    people, items = embeddings
    vectors = _write(people, cluster.folder / "vectors.parquet")
    work = partial(_nearest, items=items, catalogue=catalogue, **knobs)
    return by_users(cluster, work, Candidate, [vectors, *tables])


def ranked_items_on_spark(
    cluster: Cluster,
    model: RankingModel,
    tables: Sequence[Path],
    refused: Sequence[DataFrame[Refusal]],
    *,
    top: int,
) -> DataFrame[Candidate]:
    """Rank as `ranked_items` does; `tables` are the files of features, interactions, users and fallbacks."""
    return by_users(cluster, partial(_ranked, model=model, refused=refused, top=top), Candidate, tables)


def _nearest(
    vectors: pd.DataFrame,
    interactions: DataFrame[Interaction],
    users: DataFrame[User],
    *,
    items: ItemEmbedding,
    catalogue: DataFrame[CatalogueItem],
    **knobs: Any,  # noqa: ANN401 (of another function)
) -> DataFrame[Candidate]:
    matrix = np.stack(list(vectors["vector"])) if len(vectors) else np.empty((0, items.size), np.float32)
    people = UserEmbedding(pd.Index(vectors["user_id"]), matrix)
    found = embedding_items(people, items, interactions, users, catalogue, **knobs)
    return pd.concat(found, ignore_index=True)


def _ranked(
    features: DataFrame[RankingFeature],
    interactions: DataFrame[Interaction],
    users: DataFrame[User],
    *fallbacks: DataFrame[Candidate],
    model: RankingModel,
    refused: Sequence[DataFrame[Refusal]],
    top: int,
) -> DataFrame[Candidate]:
    filled = [[fallback] for fallback in fallbacks]
    return ranked_items(model, [features], [interactions], users, filled, refused, top=top)


def _write(people: UserEmbedding, path: Path) -> Path:
    """Write vectors as a table of ids and lists."""
    flat, starts = pa.array(people.matrix.reshape(-1)), np.arange(len(people) + 1, dtype=np.int32) * people.size
    table = pa.table({"user_id": pa.array(people.ids, pa.string()), "vector": pa.ListArray.from_arrays(starts, flat)})
    pyarrow.parquet.write_table(table, path)
    return path
