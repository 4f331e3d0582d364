"""Proposals together."""

import numpy as np
import pandas as pd
import pytest

from slipstream.tasks.recommendation.pool import pool_candidates
from slipstream.tasks.tables import Candidate
from tests.worlds import table


def source(name: str, *rows: tuple[str, str, int]) -> pd.DataFrame:
    return table(Candidate, [(user, item, name, rank, 1.0 / rank) for user, item, rank in rows])


def pool(*sources: pd.DataFrame, top: int = 9) -> pd.DataFrame:
    return pd.concat(pool_candidates([[one] for one in sources], top=top), ignore_index=True)


def many(name: str, users: int, seed: int) -> pd.DataFrame:
    """Propose some items to some users."""
    chance = np.random.default_rng(seed)
    each = [(user, chance.integers(1, 6)) for user in np.flatnonzero(chance.random(users) < 0.7)]
    return source(name, *((f"u{user:03}", f"i{rank}", rank) for user, count in each for rank in range(1, count + 1)))


def test_sources_stand_side_by_side_cut_to_the_best():
    found = pool(source("b", ("u", "x", 1), ("u", "y", 2)), source("a", ("u", "x", 1)), top=1)
    assert found[["user_id", "item_id", "source", "rank"]].to_numpy().tolist() == [
        ["u", "x", "a", 1],
        ["u", "x", "b", 1],
    ]


def test_the_order_of_sources_does_not_matter():
    one, other = source("a", ("u", "x", 1)), source("b", ("u", "y", 1), ("t", "y", 1))
    assert pool(one, other).equals(pool(other, one))


@pytest.mark.parametrize("rows", [1, 7, 1000])
@pytest.mark.parametrize("cut", [13, 500])
def test_some_users_at_a_time_are_all_users(rows, cut):
    sources = [many(name, 30, seed) for seed, name in enumerate("cab")] + [source("d"), source("e", ("u020", "x", 1))]
    cuts = [[one[start : start + cut] for start in range(0, max(len(one), 1), cut)] for one in sources]
    blocks = list(pool_candidates(cuts, top=3, rows=rows))
    whole = pd.concat(sources).query("rank <= 3").sort_values(["user_id", "source", "rank"], ignore_index=True)
    pd.testing.assert_frame_equal(pd.concat(blocks, ignore_index=True), whole)
    assert len(blocks) > 1 or rows > 100
    firsts = [set(block["user_id"]) for block in blocks]
    assert sum(map(len, firsts)) == whole["user_id"].nunique()


@pytest.mark.parametrize("rows", [1, 1000])
def test_two_sources_of_one_name_are_refused(rows):
    twins = [[source("a", ("t", "x", 1), ("u", "x", 1))], [source("a", ("u", "y", 1))]]
    with pytest.raises(ValueError, match="two sources are called 'a'"):
        list(pool_candidates(twins, top=9, rows=rows))


def test_no_proposals_make_an_empty_pool():
    for found in (pool(source("a")), pd.concat(pool_candidates([], top=9))):
        assert found.empty
        assert found.dtypes.equals(table(Candidate, []).dtypes)
