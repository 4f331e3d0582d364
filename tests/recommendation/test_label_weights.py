import numpy as np
import pandas as pd

from slipstream.tasks.recommendation.label_weights import hit_weights, label_weights
from slipstream.tasks.tables import Exposure
from tests.worlds import table

PAIRS = pd.MultiIndex.from_tuples([("u", "a"), ("u", "b"), ("u", "c"), ("u", "d"), ("v", "a"), ("v", "b")])
GAIN, USER = np.array([2, 1, 0, 0, 1, 0]), np.array([0, 0, 0, 0, 1, 1])
SHOWN = table(Exposure, [("u", "a", 0.25, True), ("u", "c", 0.5, False), ("v", "b", 0.1, True), ("w", "a", 1.0, True)])


def test_without_impressions_all_count_alike():
    weight, passed = label_weights(PAIRS, GAIN, USER, None)
    assert weight.tolist() == [1] * 6
    assert not passed.any()


def test_a_click_weighs_one_over_its_propensity_and_the_rest_of_the_list_as_its_hits_on_average():
    weight, _ = label_weights(PAIRS, GAIN, USER, SHOWN)
    assert weight.tolist() == [4, 1, 2.5, 2.5, 1, 1]


def test_what_was_shown_and_neither_clicked_nor_taken_was_passed_over():
    _, passed = label_weights(PAIRS, GAIN, USER, SHOWN)
    assert passed.tolist() == [False, False, True, False, False, False]


def test_a_user_without_a_hit_counts_once():
    assert hit_weights(np.array([3.0, 5.0, 9.0]), np.array([True, True, False]), np.array([0, 0, 1])).tolist() == [4, 1]


def test_no_candidates_have_no_weights():
    nothing = np.empty(0, np.int64)
    weight, passed = label_weights(PAIRS[:0], nothing, nothing, SHOWN)
    assert len(weight) == len(passed) == 0
