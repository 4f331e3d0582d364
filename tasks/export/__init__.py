"""Tables handed to other systems."""

from slipstream.tasks.export.tasks import CsvExport, JsonLinesExport, ParquetExport, SqliteExport

__all__ = ["CsvExport", "JsonLinesExport", "ParquetExport", "SqliteExport"]
