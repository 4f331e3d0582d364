from datetime import timedelta

import numpy as np
import pytest

from slipstream.tasks.recommendation.history import look_back, pair_up
from slipstream.tasks.recommendation.item_features import item_features
from slipstream.tasks.tables import Candidate, Interaction, Item, empty
from tests.worlds import AS_OF, table

POOL = table(Candidate, [("u", item, "knn", rank, 1.0) for rank, item in enumerate("abc", 1)])


def views(item, *hours_ago, weight=1.0):
    return [("w", item, weight, "weak", "view", AS_OF - timedelta(hours=hours)) for hours in hours_ago]


def described(*traces, items=None, windows=(1, 24)):
    history = look_back(table(Interaction, list(traces)), pair_up(POOL), as_of=AS_OF)
    items = empty(Item) if items is None else items
    return item_features(history, items, as_of=AS_OF, window_hours=windows)


def test_shares_and_ranks_are_relative_to_the_most_touched_item_of_each_window():
    of = described(*views("a", 0.5, 2, 3), *views("b", 0.5, 0.6, 30))
    assert of["popular__share_1h"].tolist() == [0.5, 1, 0]
    assert of["popular__share_24h"].tolist() == pytest.approx([1, 2 / 3, 0])
    assert of["popular__share_ever"].tolist() == [1, 1, 0]
    assert of["popular__rank_1h"].tolist() == [0.5, 1, 0]
    assert of["popular__rank_ever"].tolist() == [1, 1, 0]


def test_an_item_that_rises_has_a_positive_trend():
    of = described(*views("a", 0.5, 0.6), *views("b", 0.5, 2, 3, 4))
    assert of["trending__ratio_1h"][0] > 0 > of["trending__ratio_1h"][1]


def test_ages_are_in_log_hours_and_items_without_any_are_very_old():
    items = table(Item, [("a", "A", "", None, AS_OF - timedelta(hours=9))])
    of = described(*views("a", 1), *views("b", 3, 7), items=items)
    assert of["fresh__age"].tolist() == pytest.approx([np.log(10), np.log(8), np.log1p(1e6)])
    assert of["trending__last"].tolist() == pytest.approx([np.log(2), np.log(4), np.log1p(1e6)])


def test_stronger_traces_lift_the_mean_weight():
    of = described(*views("a", 1, 2, weight=3), *views("b", 1, 2))
    assert of["popular__weight"][0] == 1
    assert of["popular__weight"][1] < of["popular__weight"][2] < 1
