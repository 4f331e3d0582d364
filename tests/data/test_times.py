from datetime import UTC, datetime

import polars as pl
import pytest

from slipstream.tasks.data.times import to_moments

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "unit", "zone"),
    [
        ("1704110400", "s", "Asia/Tokyo"),
        ("1704110400.0", "s", "UTC"),
        ("1704110400000", "ms", "UTC"),
        ("1704110400000000", "us", "UTC"),
        ("1704110400000000000", "ns", "UTC"),
        ("2024-01-01T12:00:00Z", "iso8601", "Asia/Tokyo"),
        ("2024-01-01 12:00:00", "iso8601", "UTC"),
        ("2024-01-01 21:00", "iso8601", "Asia/Tokyo"),
        ("2024-01-01T21:00:00.000+0900", "iso8601", "UTC"),
        ("2024-01-01 21:00+09", "iso8601", "UTC"),
        ("1/1/2024 21:00", "%d/%m/%Y %H:%M", "Asia/Tokyo"),
        ("1/1/2024 21:00 +0900", "%d/%m/%Y %H:%M %z", "UTC"),
    ],
)
def test_one_moment_in_many_spellings(cell, unit, zone):
    assert to_moments(pl.Series([cell]), unit, zone).to_list() == [NOON]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns", "iso8601", "%Y-%m-%d"])
def test_what_is_no_time_is_null(unit):
    cells = pl.Series(["yesterday", None, "2024-13-01", "nan", "99999999999999999999999"])
    assert to_moments(cells, unit, "UTC").to_list() == [None] * 5


def test_milliseconds_read_as_seconds_are_out_of_range():
    assert to_moments(pl.Series(["1704110400000"]), "s", "UTC").to_list() == [None]


def test_local_times_that_occur_twice_or_never():
    cells = pl.Series(["2024-10-27 02:30", "2024-03-31 02:30"])
    assert to_moments(cells, "iso8601", "Europe/Berlin").to_list() == [datetime(2024, 10, 27, 0, 30, tzinfo=UTC), None]


def test_times_of_a_typed_file_are_taken_as_they_are():
    cells = pl.Series([datetime(2024, 1, 1, 21, tzinfo=UTC).replace(tzinfo=None)])
    assert to_moments(cells, "s", "Asia/Tokyo").to_list() == [NOON]
