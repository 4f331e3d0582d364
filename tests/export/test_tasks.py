import sqlite3
from contextlib import closing

import luigi
import pandas as pd
import pytest

from slipstream.tasks.base import Table
from slipstream.tasks.export import CsvExport, JsonLinesExport, ParquetExport, SqliteExport
from slipstream.tasks.tables import User, UserTagScore
from tests.worlds import table

AS_OF = pd.Timestamp("2024-02-01T00:00:00Z").to_pydatetime()


class SomeUsers(Table[User]):
    """A few users."""

    count: luigi.IntParameter = luigi.IntParameter(default=2)

    def run(self) -> None:
        self.dump(table(User, [(f"u{number}",) for number in range(self.count)]))


class SomeScores(Table[UserTagScore]):
    """A score."""

    def run(self) -> None:
        self.dump(table(UserTagScore, [("u0", "heart", 0.5, "read a")]))


@pytest.mark.parametrize("export", [CsvExport, JsonLinesExport, ParquetExport])
def test_an_export_heals(build, tmp_path, export):
    path = tmp_path / "users"
    task = export(table=SomeUsers(), path=str(path))
    made = build(task)
    assert made["rows"] == 2
    assert task.complete()
    content = path.read_bytes()
    for damage in (path.unlink, lambda: path.write_bytes(content[:-1]), lambda: path.write_bytes(b"x" * len(content))):
        damage()
        assert not task.complete()
        assert build(task) == made
        assert path.read_bytes() == content


def test_another_table_for_the_same_path_is_another_export(build, tmp_path):
    path = tmp_path / "users.csv"
    small, large = (CsvExport(table=SomeUsers(count=count), path=str(path)) for count in (1, 3))
    build(small)
    build(large)
    assert not small.complete()
    build(small)
    assert path.read_text().splitlines() == ['"user_id"', '"u0"']


def test_one_file_for_serving(build, tmp_path):
    path = tmp_path / "serving.sqlite"
    users, scores = SomeUsers(), SomeScores()
    assert build(SqliteExport(tables=[users, scores], path=str(path), as_of=AS_OF))["rows"] == 3
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT name, key FROM meta").fetchall()
    assert found == [("user", users.make_unique_id()), ("user_tag_score", scores.make_unique_id())]


def test_tables_of_one_kind_need_names(build, tmp_path):
    tables = [SomeUsers(count=1), SomeUsers(count=2)]
    with pytest.raises(ValueError, match="2 tables cannot be called user, user"):
        SqliteExport(tables=tables, path="x", as_of=AS_OF).named()
    named = SqliteExport(tables=tables, names=["few", "more"], path=str(tmp_path / "x"), as_of=AS_OF)
    assert build(named)["rows"] == 3
