"""Users and items factorised together by Spark's own alternating least squares."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from slipstream.tasks.embedding.als import Factors, nothing
from slipstream.tasks.spark import Cluster
from slipstream.tasks.vectors import ItemEmbedding, Matrix, UserEmbedding

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

LEAST = 1e-3
SIDES = {"user": "user_id", "item": "item_id"}


def als_on_spark(
    cluster: Cluster, interactions: Path, *, size: int, epochs: int, regularisation: float, alpha: float, seed: int
) -> Factors:
    """Factorise a file of interactions as `als_factors` does, but for how vectors are held back.

    Spark's solver holds a vector back by its own number of touched pairs, with the same strength on average. It adds
    up in the order in which parts arrive: two runs agree up to rounding.
    """
    from pyspark.ml.recommendation import ALS  # noqa: PLC0415 (an extra)

    ratings, ids = _ratings(cluster, interactions, alpha)
    if not len(ids["user"]):
        return nothing(size)
    shape = {"rank": size, "maxIter": epochs, "regParam": regularisation / 2, "seed": seed, "checkpointInterval": 5}
    columns = {"userCol": "user", "itemCol": "item", "ratingCol": "rating"}
    model = ALS(implicitPrefs=True, alpha=1.0, **shape, **columns).fit(ratings)
    users, items = (_matrix(cluster.write(frame, name)) for frame, name in (
        (model.userFactors, "users"), (model.itemFactors, "items")
    ))  # fmt: skip
    return Factors(UserEmbedding(ids["user"], users), ItemEmbedding(ids["item"], items))


def _ratings(cluster: Cluster, interactions: Path, alpha: float) -> tuple["DataFrame", dict[str, pd.Index]]:
    """Give users and items numbers in the order of ids, and pairs what their confidence is above that of others, 1."""
    from pyspark.sql import functions as sql  # noqa: PLC0415

    liked = cluster.read(interactions).where("weight > 0").groupBy(*SIDES.values())
    pairs = cluster.read(cluster.write(liked.agg(sql.sum(sql.col("weight").cast("double")).alias("weight")), "pairs"))
    mean = pairs.agg(sql.mean("weight")).first()[0]
    confidence = sql.col("weight") * sql.lit(alpha / mean if mean else 1.0)
    rated = pairs.withColumn("rating", sql.greatest(confidence - 1, sql.lit(LEAST)).cast("float"))
    ids = {}
    for side, name in SIDES.items():
        ids[side] = _ids(cluster.write(pairs.select(name).distinct(), name))
        rated = rated.join(cluster.read(_numbers(ids[side], name, cluster.folder / f"{side}.parquet")), name)
    return cluster.read(cluster.write(rated.select("user", "item", "rating"), "ratings")), ids


def _ids(folder: Path) -> pd.Index:
    """Read ids, sorted."""
    (column,) = pyarrow.parquet.read_table(folder).columns
    return cast("pd.Index", pd.Index(column.to_pandas(), dtype="str").sort_values())


def _numbers(ids: pd.Index, name: str, path: Path) -> Path:
    """Write the number of each id: its place."""
    places = pa.array(np.arange(len(ids), dtype=np.int32))
    pyarrow.parquet.write_table(pa.table({name: pa.array(ids, pa.string()), name.removesuffix("_id"): places}), path)
    return path


def _matrix(folder: Path) -> Matrix:
    """Read vectors in the order of their numbers."""
    table = pyarrow.parquet.read_table(folder).sort_by("id")
    flat = table.column("features").combine_chunks().flatten()
    return np.asarray(flat, dtype=np.float32).reshape(len(table), -1)
