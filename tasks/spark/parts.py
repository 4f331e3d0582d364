"""A function of tables run on parts of their users, wherever there is room, with the result it has on all of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
from pandera.typing import DataFrame

from slipstream.tasks.spark.session import Cluster
from slipstream.tasks.tables import Row, empty

if TYPE_CHECKING:
    from pyspark.sql.types import StructType

PART, PLACE = "part", "place"
PART_BYTES = 16 << 20  # of compressed Parquet in all tables; a part takes some thirty times that in a Python process
Work = Callable[..., pd.DataFrame]
R = TypeVar("R", bound=Row)


def by_users(cluster: Cluster, work: Work, row: type[R], tables: Sequence[Path]) -> DataFrame[R]:
    """Run `work` on the rows that each part of the users has in the tables, and put together the rows it gives.

    `tables` are Parquet files with a column user_id; `work` takes a frame of each and has to treat every user apart
    from all others, and to give a user's rows next to each other. The result is in the order of user ids, and within a
    user in that of `work`: it does not depend on how users are parted.
    """
    parts = count_parts(cluster, tables)
    shelves = [_shelve(cluster, path, f"table{number}", parts) for number, path in enumerate(tables)]
    schemas = [pyarrow.parquet.read_schema(path) for path in tables]
    given = _struct(row)
    numbers = cluster.session.range(parts, numPartitions=parts)
    made = cluster.write(numbers.mapInArrow(_worker(work, shelves, schemas, given), given), "made")
    order = cluster.read(made).orderBy("user_id", PLACE).drop(PLACE)
    return cast("DataFrame[R]", load(cluster.write(order, "sorted"), pa.Schema.from_pandas(empty(row))))


def load(folder: Path, schema: pa.Schema) -> pd.DataFrame:
    """Read the files that Spark wrote into a folder, in their order, as the given types."""
    files = sorted(folder.glob("*.parquet"))
    parts = [pyarrow.parquet.read_table(file).select(schema.names).cast(schema) for file in files]
    frame: pd.DataFrame = pa.concat_tables([schema.empty_table(), *parts]).to_pandas()
    return frame


def count_parts(cluster: Cluster, files: Iterable[Path]) -> int:
    """Choose a number of parts of files that keeps every executor busy and fits into its memory."""
    size = sum(path.stat().st_size for path in files)
    return int(max(2 * cluster.session.sparkContext.defaultParallelism, size // PART_BYTES + 1))


def _shelve(cluster: Cluster, path: Path, name: str, parts: int) -> Path:
    """Part a table by its users: one folder a part."""
    from pyspark.sql import functions as sql  # noqa: PLC0415 (an extra)

    parted = cluster.read(path).withColumn(PART, sql.pmod(sql.xxhash64("user_id"), sql.lit(parts)))
    return cluster.write(parted.repartition(parts, PART), name, by=(PART,))


def _worker(
    work: Work, shelves: Sequence[Path], schemas: Sequence[pa.Schema], struct: "StructType"
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Write the function that makes the parts whose numbers an executor is given."""
    from pyspark.sql.pandas.types import to_arrow_schema  # noqa: PLC0415

    made = to_arrow_schema(struct, timezone="UTC")

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                folders = [shelf / f"{PART}={number}" for shelf in shelves]
                frames = [load(folder, schema) for folder, schema in zip(folders, schemas, strict=True)]
                frame = work(*frames)
                frame[PLACE] = range(len(frame))
                yield from pa.Table.from_pandas(frame, preserve_index=False).select(made.names).cast(made).to_batches()

    return run


def _struct(row: type[Row]) -> "StructType":
    """Name Spark's types of a table's columns, and of a row's place."""
    from pyspark.sql.pandas.types import from_arrow_schema  # noqa: PLC0415

    schema = pa.Schema.from_pandas(empty(row)).append(pa.field(PLACE, pa.int64()))
    return from_arrow_schema(schema)
