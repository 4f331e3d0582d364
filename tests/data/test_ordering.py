"""Rows in order."""

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from slipstream.tasks.data.ordering import order, sort_rows

YEARS = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


def table(seed, rows=400):
    """Draw rows with ties, gaps and a long span of time."""
    chance = np.random.default_rng(seed)
    moments = chance.choice(chance.integers(0, int(YEARS[1].timestamp() * 1e6), 20), rows)
    return pl.DataFrame(
        {
            "name": chance.choice(np.array(["b", "a", "ü", "Z", "日本", ""]), rows),
            "at": pl.Series(moments).cast(pl.Datetime("us", "UTC")),
            "value": pl.Series(chance.choice([1.5, -2.0, 0.0, np.inf], rows)).set(
                pl.Series(chance.random(rows) < 0.2), None
            ),
            "number": pl.Series(chance.integers(-5, 5, rows), dtype=pl.Int32),
            "kept": chance.random(rows) < 0.5,
            "note": pl.Series(chance.choice(np.array(["x", "y"]), rows)).set(
                pl.Series(chance.random(rows) < 0.3), None
            ),
        }
    )


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "by",
    [["name"], ["at", "name"], ["note", "value"], ["value", "note", "at"], ["name", "at", "value", "number", "kept"]],
)
def test_the_order_is_that_of_the_values_with_missing_ones_last(seed, by):
    rows = table(seed)
    assert sort_rows(rows, by).equals(rows.sort(by, nulls_last=True, maintain_order=True))


def test_rows_in_any_order_come_out_the_same():
    rows = table(0)
    shuffled = rows.sample(fraction=1, shuffle=True, seed=1)
    assert sort_rows(shuffled, rows.columns).equals(sort_rows(rows, rows.columns))


def test_nothing_and_one_row_are_in_order():
    assert len(sort_rows(table(0, rows=0), ["name"])) == 0
    assert len(sort_rows(table(0, rows=1), ["name"])) == 1


def test_equal_rows_keep_their_places():
    assert order(pl.DataFrame({"name": ["b", "a", "b", "a"]}), ["name"]).tolist() == [1, 3, 0, 2]
