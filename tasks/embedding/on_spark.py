"""Users and items factorised together on Spark, by the same alternating least squares as on one machine."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from slipstream.tasks.embedding.als import Factors, begin, nothing
from slipstream.tasks.matrices import Integers
from slipstream.tasks.spark import Cluster, count_parts
from slipstream.tasks.vectors import ItemEmbedding, Matrix, UserEmbedding

Doubles = npt.NDArray[np.float64]
SIDES = {"user": "user_id", "item": "item_id"}
SOLVED = pa.schema({"number": pa.int32(), "vector": pa.list_(pa.float32())})


def als_on_spark(
    cluster: Cluster,
    interactions: Path,
    before: Sequence[Factors] = (),
    *,
    size: int,
    epochs: int,
    regularisation: float,
    alpha: float,
    seed: int,
) -> Factors:
    """Factorise a file of interactions by the loss of `als_factors`, every vector solved exactly.

    Each half of an epoch is one job: parts of one side are solved where the other side's vectors can be read from the
    cluster's folder. Learning goes on from the items of earlier factors, if there are any. Vectors do not depend on
    how sides are parted: the same interactions, earlier factors and seed give the same bytes.
    """
    ratings, ids = _rate(cluster, interactions, alpha)
    if not len(ids["user"]):
        return nothing(size)
    pairs = cluster.read(ratings).count()
    strength = regularisation * pairs / sum(map(len, ids.values()))
    shelves = {side: _shelve(cluster, ratings, side, len(ids[side])) for side in SIDES}
    known = before[-1].items if before else nothing(size).items
    factors = {"item": begin(known, ids["item"], size, np.random.default_rng(seed))}
    for _ in range(epochs):
        factors["user"] = _solve_side(cluster, *shelves["user"], factors["item"], strength)
        factors["item"] = _solve_side(cluster, *shelves["item"], factors["user"], strength)
    return Factors(UserEmbedding(ids["user"], factors["user"]), ItemEmbedding(ids["item"], factors["item"]))


def solve_rows(row: Integers, column: Integers, confidence: Matrix, other: Matrix, gram: Doubles) -> Matrix:
    """Solve the vectors of distinct rows, in their order, from their cells of (row, column, confidence).

    `other` holds the vectors of the columns, `gram` their Gram matrix with the regularisation on its diagonal.
    """
    order = np.lexsort((column, row))
    starts = np.flatnonzero(np.diff(row[order], prepend=-1))
    solved = np.empty((len(starts), other.shape[1]), np.float32)
    for place, cells in enumerate(np.split(order, starts[1:]) if len(starts) else ()):
        near, weight = other[column[cells]].astype(np.float64), confidence[cells].astype(np.float64)
        solved[place] = np.linalg.solve(gram + (near.T * (weight - 1)) @ near, weight @ near)
    return solved


def _rate(cluster: Cluster, interactions: Path, alpha: float) -> tuple[Path, dict[str, pd.Index]]:
    """Give users and items numbers in the order of their ids, and write the confidence of each pair."""
    from pyspark.sql import functions as sql  # noqa: PLC0415 (an extra)

    liked = cluster.read(interactions).where("weight > 0").groupBy(*SIDES.values())
    pairs = cluster.read(cluster.write(liked.agg(sql.sum(sql.col("weight").cast("double")).alias("weight")), "pairs"))
    mean = pairs.agg(sql.mean("weight")).first()[0] or 1.0
    rated = pairs.withColumn("confidence", (sql.col("weight") * sql.lit(alpha / mean)).cast("float"))
    ids = {}
    for side, name in SIDES.items():
        ids[side] = _ids(cluster.write(pairs.select(name).distinct(), name))
        rated = rated.join(cluster.read(_numbers(ids[side], name, cluster.folder / f"{side}.parquet")), name)
    return cluster.write(rated.select(*SIDES, "confidence"), "ratings"), ids


def _ids(folder: Path) -> pd.Index:
    """Read ids, sorted."""
    (column,) = pyarrow.parquet.read_table(folder).columns
    return cast("pd.Index", pd.Index(column.to_pandas(), dtype="str").sort_values())


def _numbers(ids: pd.Index, name: str, path: Path) -> Path:
    """Write the number of each id: its place."""
    places = pa.array(np.arange(len(ids), dtype=np.int32))
    pyarrow.parquet.write_table(pa.table({name: pa.array(ids, pa.string()), name.removesuffix("_id"): places}), path)
    return path


def _shelve(cluster: Cluster, ratings: Path, side: str, length: int) -> tuple[Path, str, int]:
    """Part the ratings by ranges of one side: the folder, the side and the number of parts."""
    from pyspark.sql import functions as sql  # noqa: PLC0415

    parts = min(count_parts(cluster, ratings.glob("*.parquet")), length)
    part = sql.floor(sql.col(side).cast("long") * sql.lit(parts) / sql.lit(length)).cast("int")
    parted = cluster.read(ratings).withColumn("part", part).repartition(parts, "part")
    return cluster.write(parted, f"by_{side}", by=("part",)), side, parts


def _solve_side(cluster: Cluster, shelf: Path, side: str, parts: int, other: Matrix, strength: float) -> Matrix:
    """Solve one side, given the vectors of the other."""
    wide = other.astype(np.float64)
    gram = wide.T @ wide + strength * np.eye(other.shape[1])
    np.save(cluster.folder / "other.npy", other)
    numbers = cluster.session.range(parts, numPartitions=parts)
    worker = _worker(shelf, side, cluster.folder / "other.npy", gram)
    folder = cluster.write(numbers.mapInArrow(worker, "number int, vector array<float>"), "solved")
    table = pyarrow.parquet.read_table(folder).sort_by("number")
    shutil.rmtree(folder)
    flat = table.column("vector").combine_chunks().flatten()
    return np.asarray(flat, dtype=np.float32).reshape(len(table), -1)


def _worker(
    shelf: Path, side: str, other: Path, gram: Doubles
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Write the function that solves the parts whose numbers an executor is given."""
    across = next(name for name in SIDES if name != side)

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        vectors = np.load(other, mmap_mode="r")
        for batch in batches:
            for number in batch.column(0).to_pylist():
                files = (shelf / f"part={number}").glob("*.parquet")
                cells = pa.concat_tables(pyarrow.parquet.read_table(file) for file in sorted(files))
                row, column, confidence = (cells.column(name).to_numpy() for name in (side, across, "confidence"))
                solved = solve_rows(row, column, confidence, vectors, gram)
                ends = np.arange(0, solved.size + 1, solved.shape[1], dtype=np.int32)
                lists = pa.ListArray.from_arrays(ends, solved.reshape(-1))
                yield pa.RecordBatch.from_arrays([np.unique(row).astype(np.int32), lists], schema=SOLVED)

    return run
