"""Tables as single files, whole or not at all."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl

from slipstream.tasks.cache.storage import publish, sha256

TIME = "%Y-%m-%dT%H:%M:%S%.6fZ"


def export_parquet(table: pd.DataFrame, path: str) -> dict[str, Any]:
    """Write a table as Parquet (zstd)."""
    return export(path, lambda file: pl.from_pandas(table).write_parquet(file, compression="zstd"), rows=len(table))


def export_csv(table: pd.DataFrame, path: str) -> dict[str, Any]:
    """Write a table as CSV in UTF-8 with a header; times are ISO 8601 in UTC, missing values empty cells."""
    return export(path, lambda file: plain_times(table).write_csv(file, quote_style="non_numeric"), rows=len(table))


def export_json_lines(table: pd.DataFrame, path: str) -> dict[str, Any]:
    """Write a table as one JSON object a line; times are ISO 8601 in UTC, missing values null."""
    return export(path, lambda file: plain_times(table).write_ndjson(file), rows=len(table))


def export(path: str, write: Callable[[Path], None], *, rows: int) -> dict[str, Any]:
    """Let `write` fill a private file, put it in place and describe it: path, rows, bytes, sha256."""
    try:
        with _private(Path(path)) as temporary:
            write(temporary)
            size, digest = temporary.stat().st_size, sha256(temporary)
    except OSError as error:
        raise OSError(
            f"cannot export to {Path(path).absolute()}: {error.strerror or error}; "
            "set path to a file in a folder you may write to, on a disk with room"
        ) from error
    return {"path": path, "rows": rows, "bytes": size, "sha256": digest}


def plain_times(table: pd.DataFrame) -> pl.DataFrame:
    """Write times as ISO 8601 text in UTC and NaN as missing."""
    frame = pl.from_pandas(table)
    times = [name for name, dtype in frame.schema.items() if dtype.is_temporal()]
    numbers = [name for name, dtype in frame.schema.items() if dtype.is_float()]
    return frame.with_columns(pl.col(times).dt.strftime(TIME), pl.col(numbers).fill_nan(None))


@contextmanager
def _private(path: Path) -> Iterator[Path]:
    """Give a name beside `path` that nobody else has; what is there in the end moves to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        temporary = Path(folder) / path.name
        yield temporary
        publish(temporary, path)
