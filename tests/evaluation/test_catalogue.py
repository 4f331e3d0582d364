import pandas as pd
import pytest

from slipstream.tasks.evaluation.catalogue import judge_catalogue, measure_gini
from slipstream.tasks.tables import Interaction, Metric, columns, empty
from tests.evaluation.cases import AFTER, BEFORE, listed, traces, trial


def judge(given_trial, ks=(1, 2)):
    table = judge_catalogue(given_trial, source="list", ks=ks, relevant=("strong",))
    assert table["low"].equals(table["value"])
    assert table["high"].equals(table["value"])
    return {(row.metric, row.k): (row.value, row.count) for row in table.itertuples()}


def test_coverage_and_gini_of_two_lists():
    values = judge(trial(listed(("anna", "a b"), ("bob", "a c")), empty(Interaction), empty(Interaction)))
    assert values["coverage", 1] == (1 / 4, 2)
    assert values["coverage", 2] == (3 / 4, 2)
    assert values["gini", 1] == (pytest.approx(3 / 4), 2)
    assert values["gini", 2] == (pytest.approx(3 / 8), 4)


def test_items_outside_the_catalogue_cover_nothing():
    assert judge(trial(listed(("anna", "z")), empty(Interaction), empty(Interaction)), ks=(1,))["coverage", 1] == (0, 1)


def test_reachable_is_the_share_that_is_offered_and_new():
    truth = traces([("anna", "a"), ("anna", "b"), ("anna", "z"), ("bob", "a")], AFTER)
    seen = traces([("anna", "b")], BEFORE)
    assert judge(trial(listed(("anna", "a")), truth, seen))["reachable", 0] == (2 / 4, 4)


@pytest.mark.parametrize(
    ("times", "inequality"), [([3, 3, 3], 0), ([0, 0, 9], 2 / 3), ([0, 0, 0], 0), ([1, 2, 3], 2 / 9)]
)
def test_gini(times, inequality):
    assert measure_gini(pd.array(times).to_numpy()) == pytest.approx(inequality)


def test_nothing_is_measured_of_nothing():
    table = judge_catalogue(
        trial(listed(), empty(Interaction), empty(Interaction), ""), source="list", ks=(5,), relevant=("strong",)
    )
    assert len(table) == 0
    assert list(table.columns) == columns(Metric)
