import sqlite3
from contextlib import closing

import pandas as pd
import pytest

from slipstream.tasks.export.sqlite import export_sqlite, table_name
from slipstream.tasks.tables import ItemTag, Recommendation
from tests.worlds import START, table

RECOMMENDATIONS = table(
    Recommendation,
    [("v", "a", 1, 0.5, "als", "because"), ("u", "b", 2, 0.25, "als", ""), ("u", "c", 1, 0.5, "als", "")],
)
TAGS = table(ItemTag, [("a", "x", 1.0, None, START)])
AS_OF = pd.Timestamp("2024-02-01T09:00:00+09:00").to_pydatetime()


def query(path, words):
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as connection:
        return connection.execute(words).fetchall()


@pytest.fixture
def file(tmp_path):
    path = str(tmp_path / "serving.sqlite")
    export_sqlite(
        {"recommendation": RECOMMENDATIONS, "item_tag": TAGS},
        path,
        keys={"recommendation": "k1", "item_tag": "k2"},
        as_of=AS_OF,
    )
    return path


def test_rows_are_there_with_their_types(file):
    found = query(
        file, "SELECT item_id, rank, typeof(rank), typeof(score) FROM recommendation WHERE user_id = 'u' ORDER BY rank"
    )
    assert found == [("c", 1, "integer", "real"), ("b", 2, "integer", "real")]
    assert query(file, "SELECT user_id, at FROM item_tag") == [(None, "2024-01-01T00:00:00.000000Z")]


def test_look_ups_use_an_index(file):
    for words in (
        "recommendation WHERE user_id = 'u' ORDER BY rank",
        "recommendation WHERE item_id = 'a'",
        "item_tag WHERE tag = 'x'",
    ):
        plan = " ".join(step[3] for step in query(file, f"EXPLAIN QUERY PLAN SELECT * FROM {words}"))
        assert "USING INDEX" in plan
        assert "TEMP B-TREE" not in plan


def test_meta_describes_the_tables(file):
    assert query(file, "SELECT * FROM meta") == [
        ("recommendation", "k1", 3, "2024-02-01T00:00:00+00:00"),
        ("item_tag", "k2", 1, "2024-02-01T00:00:00+00:00"),
    ]
    with pytest.raises(ValueError, match="'meta'"):
        export_sqlite({"meta": TAGS}, file, keys={}, as_of=AS_OF)


def test_the_same_tables_give_the_same_bytes(tmp_path):
    made = [
        export_sqlite({"item_tag": TAGS}, str(tmp_path / name), keys={"item_tag": "k"}, as_of=AS_OF)["sha256"]
        for name in "ab"
    ]
    assert made[0] == made[1]


def test_names_of_tables():
    assert table_name("UserTagScore") == "user_tag_score"
