"""The tasks that hand tables to other systems."""

from typing import Any

import gokart
import luigi

from slipstream.tasks.base import Table, Task
from slipstream.tasks.cache.receipts import is_intact
from slipstream.tasks.export.files import export_csv, export_json_lines, export_parquet
from slipstream.tasks.export.sqlite import export_sqlite, table_name


class _Export(Task[dict[str, Any]]):
    """A file outside the workspace: its path, rows, bytes and sha256; a lost or changed file is exported again."""

    path: luigi.Parameter = luigi.Parameter()

    def complete(self) -> bool:
        """Tell whether the file was exported and is still there unchanged."""
        return bool(super().complete()) and is_intact(self.output().load())


class ParquetExport(_Export):
    """A table as a Parquet file."""

    table: gokart.TaskInstanceParameter[Table[Any]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Write the file."""
        self.dump(export_parquet(self.load(self.table), self.path))


class CsvExport(_Export):
    """A table as a CSV file."""

    table: gokart.TaskInstanceParameter[Table[Any]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Write the file."""
        self.dump(export_csv(self.load(self.table), self.path))


class JsonLinesExport(_Export):
    """A table as a file of JSON lines."""

    table: gokart.TaskInstanceParameter[Table[Any]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Write the file."""
        self.dump(export_json_lines(self.load(self.table), self.path))


class SqliteExport(_Export):
    """Tables as one SQLite file for serving, named after their rows unless names are given."""

    tables: gokart.ListTaskInstanceParameter[Table[Any]] = gokart.ListTaskInstanceParameter()
    names: luigi.ListParameter = luigi.ListParameter(default=())
    as_of: gokart.ZonedDateSecondParameter = gokart.ZonedDateSecondParameter()

    def named(self) -> dict[str, Table[Any]]:
        """Give each table its name in the file."""
        names = tuple(self.names) or tuple(table_name(table.row.__name__) for table in self.tables)
        if len(set(names)) != len(self.tables):
            raise ValueError(
                f"{len(self.tables)} tables cannot be called {', '.join(names)}; give each a name of its own"
            )
        return dict(zip(names, self.tables, strict=True))

    def run(self) -> None:
        """Write the file."""
        tables = {name: self.load(table) for name, table in self.named().items()}
        keys = {name: table.make_unique_id() for name, table in self.named().items()}
        self.dump(export_sqlite(tables, self.path, keys=keys, as_of=self.as_of))
