import math

import pandas as pd
import pytest

from slipstream.tasks.evaluation.interest import judge_interest
from slipstream.tasks.tables import UserQuality, UserTag, UserTagScore, columns, empty
from tests.worlds import table

WANTED = table(UserTag, [("u", "noir", 3.0), ("u", "space", 1.0), ("v", "noir", 1.0)])


def scored(*rows):
    return table(UserTagScore, [(user, tag, score, "") for user, tag, score in rows])


def judged(*rows, k=2):
    table = judge_interest(scored(*rows), WANTED, source="s", cut="c", ks=(k,))
    return table.set_index("user_id")


def test_the_gain_of_a_tag_is_its_weight():
    found = judged(("u", "space", 0.9), ("u", "noir", 0.5))
    ideal = 3 + 1 / math.log2(3)
    assert found.loc["u", "ndcg"] == pytest.approx((1 + 3 / math.log2(3)) / ideal)
    assert found.loc["u", "recall"] == 1


def test_the_best_order_gets_one_and_whoever_has_no_scores_nothing():
    found = judged(("u", "noir", 0.9), ("u", "space", 0.5), ("u", "horror", 0.1))
    assert found.loc["u", "ndcg"] == pytest.approx(1)
    assert found.loc["v", ["ndcg", "recall", "mrr"]].tolist() == [0, 0, 0]


def test_only_the_first_k_count():
    found = judged(("v", "a", 0.9), ("v", "b", 0.8), ("v", "noir", 0.7))
    assert found.loc["v", "hit_rate"] == 0
    assert judged(("v", "a", 0.9), ("v", "b", 0.8), ("v", "noir", 0.7), k=3).loc["v", "mrr"] == pytest.approx(1 / 3)


def test_scores_of_people_who_want_nothing_do_not_matter():
    rows = [("u", "noir", 0.9), ("x", "noir", 0.9)]
    pd.testing.assert_frame_equal(judged(*rows), judged(rows[0]))


def test_nothing_wanted_judges_nobody():
    found = judge_interest(scored(), empty(UserTag), source="s", cut="", ks=(10,))
    assert found.empty
    assert list(found.columns) == columns(UserQuality)
