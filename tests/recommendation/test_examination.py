from functools import cache

import numpy as np
import pandas as pd
import pytest

from slipstream.tasks.recommendation.examination import position_bias
from slipstream.tasks.tables import Impression, empty
from tests.recommendation.shown import impressions, looked_at
from tests.worlds import AS_OF, table

TRUTH = 1 / np.arange(1, 7)


@cache
def estimated(seed=0, users=4000):
    return position_bias(impressions(users, seed), max_weight=10)


def counted(*cells, propensity=None):
    """Make impressions of (item, position, shown, clicked)."""
    rows = [
        (f"u{number}", item, position, "", propensity, number < clicked, AS_OF)
        for item, position, shown, clicked in cells
        for number in range(shown)
    ]
    return table(Impression, rows)


def test_a_known_examination_is_found_though_better_items_stand_on_top():
    found = estimated()
    assert found["position"].tolist() == [1, 2, 3, 4, 5, 6]
    assert found["examination"].to_numpy() == pytest.approx(TRUTH, rel=0.2)
    clicked = found["clicks"] / found["count"]
    assert (clicked / clicked[0])[1] > 1.15 * TRUTH[1], "plain click rates would not do: the better item is second"


def test_the_truth_lies_in_the_intervals_as_often_as_they_say():
    inside = [(found["low"] <= TRUTH) & (found["high"] >= TRUTH) for found in map(estimated, range(12), [600] * 12)]
    assert np.mean([one[1:].mean() for one in inside]) > 0.85


def test_the_first_position_is_the_measure():
    assert estimated().iloc[0][["examination", "low", "high"]].tolist() == [1, 1, 1]


def test_an_item_shown_evenly_at_two_positions_tells_their_ratio():
    found = position_bias(counted(("a", 1, 5000, 1000), ("a", 2, 5000, 500)), max_weight=10)
    assert found["examination"][1] == pytest.approx(501 / 1001)
    assert found[["count", "clicks"]].to_numpy().tolist() == [[5000, 1000], [5000, 500]]


def test_a_better_item_at_the_top_alone_says_nothing():
    shared = [("a", 1, 2000, 400), ("a", 2, 2000, 400)]
    usual, alone = (
        position_bias(counted(*cells), max_weight=10)["examination"].to_numpy()
        for cells in (shared, [*shared, ("star", 1, 2000, 1900)])
    )
    assert alone == pytest.approx(usual)


def test_where_nothing_is_known_positions_count_alike():
    found = position_bias(counted(("a", 1, 100, 50), ("b", 2, 100, 1), ("c", 3, 1, 0)), max_weight=10)
    assert found["examination"].to_numpy() == pytest.approx(1)
    assert (found["high"][1:] > 5).all()


def test_a_position_without_a_click_keeps_a_finite_weight():
    found = position_bias(counted(("a", 1, 1000, 100), ("a", 2, 1000, 0)), max_weight=10)
    assert 0 < found["examination"][1] < 0.02


def test_one_position_and_no_impressions_are_no_trouble():
    assert position_bias(counted(("a", 1, 10, 1)), max_weight=10)["examination"].tolist() == [1]
    assert position_bias(empty(Impression), max_weight=10).empty


def test_logged_propensities_undo_a_personal_ranking():
    rng = np.random.default_rng(3)
    parts = []
    for liked, other in ("xy", "yx"):
        first = rng.random(3000) < 0.9
        orders = [[liked, other] if is_first else [other, liked] for is_first in first]
        shown = looked_at(orders, rng, {liked: 0.6, other: 0.1})
        parts.append(shown.assign(user_id=liked + shown["user_id"], propensity=np.repeat(np.where(first, 0.9, 0.1), 2)))
    logged = pd.concat(parts, ignore_index=True)
    blind = logged.assign(propensity=np.nan)
    assert position_bias(blind, max_weight=10)["examination"][1] < 0.3
    assert position_bias(logged, max_weight=10)["examination"][1] == pytest.approx(0.5, rel=0.15)


def test_people_who_click_alike_widen_the_intervals():
    cells = ("a", 1, 1000, 100), ("a", 2, 1000, 50)
    apart = counted(*cells)
    apart = apart.assign(user_id=np.arange(len(apart)).astype(str))
    alike = apart.assign(user_id=(np.arange(len(apart)) // 25).astype(str))
    found = [position_bias(one, max_weight=10) for one in (apart, alike)]
    widths = [np.log(one["high"] / one["low"])[1] for one in found]
    assert widths[1] > 2 * widths[0]


def test_the_order_of_the_log_does_not_matter():
    shown = impressions(300)
    again = position_bias(shown.sample(frac=1, random_state=1).reset_index(drop=True), max_weight=10)
    pd.testing.assert_frame_equal(again, position_bias(shown, max_weight=10))
