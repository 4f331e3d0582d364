"""Proposals together."""

import pandas as pd
import pytest

from slipstream.tasks.recommendation.pool import pool_candidates
from slipstream.tasks.tables import Candidate
from tests.worlds import table


def source(name: str, *rows: tuple[str, str, int]) -> pd.DataFrame:
    return table(Candidate, [(user, item, name, rank, 1.0 / rank) for user, item, rank in rows])


def test_sources_stand_side_by_side_cut_to_the_best():
    found = pool_candidates([source("b", ("u", "x", 1), ("u", "y", 2)), source("a", ("u", "x", 1))], top=1)
    assert found[["user_id", "item_id", "source", "rank"]].to_numpy().tolist() == [
        ["u", "x", "a", 1],
        ["u", "x", "b", 1],
    ]


def test_the_order_of_sources_does_not_matter():
    one, other = source("a", ("u", "x", 1)), source("b", ("u", "y", 1), ("t", "y", 1))
    assert pool_candidates([one, other], top=9).equals(pool_candidates([other, one], top=9))


def test_two_sources_of_one_name_are_refused():
    with pytest.raises(ValueError, match="2 sources are called 'a'"):
        pool_candidates([source("a", ("u", "x", 1)), source("a", ("u", "y", 1))], top=9)


def test_no_proposals_make_an_empty_pool():
    found = pool_candidates([source("a")], top=9)
    assert found.empty
    assert found.dtypes.equals(table(Candidate, []).dtypes)
