"""Tables in parts."""

import polars as pl
import pytest

from slipstream.tasks import ranges
from slipstream.tasks.ranges import Stored, by_user, pieces


def stored(folder, *tables, group=2):
    """Write tables sorted by user, `group` rows a row group."""
    paths = []
    for number, rows in enumerate(tables):
        frame = pl.DataFrame(rows, schema={"user_id": pl.String, "place": pl.Int64}, orient="row").sort("user_id")
        paths.append(folder / f"{number}.parquet")
        frame.write_parquet(paths[-1], row_group_size=group)
    return Stored(tuple(paths))


@pytest.fixture
def two_days(tmp_path):
    return stored(tmp_path, [("a", 1), ("a", 2), ("b", 3), ("d", 4)], [("a", 5), ("c", 6), ("c", 7), ("e", 8)])


def test_pieces_are_small_and_empty_parts_make_none_unless_alone(monkeypatch):
    monkeypatch.setattr(ranges, "GROUP", 2)
    parts = [pl.DataFrame({"n": numbers}, schema={"n": pl.Int64}) for numbers in ([], [1, 2, 3], [], [4])]
    assert [piece["n"].tolist() for piece in pieces(parts)] == [[1, 2], [3], [4]]
    assert [len(piece) for piece in pieces(parts[:1] * 2)] == [0]


def test_parts_hold_every_row_in_order(two_days, monkeypatch):
    monkeypatch.setattr(ranges, "ROWS", 3)
    assert [part["place"].to_list() for part in two_days.parts()] == [[1, 2, 3], [4], [5, 6, 7], [8]]


@pytest.mark.parametrize("rows", [1, 2, 3, 5, 100])
def test_every_user_is_in_one_range_with_all_rows(two_days, monkeypatch, rows):
    monkeypatch.setattr(ranges, "ROWS", rows)
    parts = [part for (part,) in by_user(two_days)]
    users = [user for part in parts for user in part["user_id"].unique().sort()]
    assert users == ["a", "b", "c", "d", "e"]
    assert sorted(place for part in parts for place in part["place"]) == list(range(1, 9))
    assert len(parts) == (1 if rows == 100 else len(parts))


def test_ranges_follow_the_rows_of_all_tables(two_days):
    assert ranges.ranges([two_days], 100) == [(None, None)]
    assert ranges.ranges([two_days], 4) == [(None, "c"), ("c", "e"), ("e", None)]


def test_tables_are_read_side_by_side(tmp_path, monkeypatch):
    monkeypatch.setattr(ranges, "ROWS", 2)
    (tmp_path / "x").mkdir()
    (tmp_path / "y").mkdir()
    left, right = stored(tmp_path / "x", [("a", 1), ("c", 2)], group=1), stored(tmp_path / "y", [("b", 3)], [])
    met = [(one["user_id"].to_list(), other["user_id"].to_list()) for one, other in by_user(left, right)]
    assert [user for one, _ in met for user in one] == ["a", "c"]
    assert [user for _, other in met for user in other] == ["b"]


def test_nobody_is_one_empty_range(tmp_path):
    empty = stored(tmp_path, [])
    assert [len(part) for (part,) in by_user(empty)] == [0]
    assert [len(part) for part in empty.parts()] == [0]
