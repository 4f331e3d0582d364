import pandas as pd
import pytest

from slipstream.tasks.evaluation.candidates import judge_candidates
from slipstream.tasks.evaluation.trial import Trial
from slipstream.tasks.tables import Candidate, CatalogueItem, Interaction, Metric, columns, empty
from tests.evaluation.cases import AFTER, BEFORE, traces
from tests.worlds import table

NOTHING = empty(Interaction)
WARES = table(CatalogueItem, [(item,) for item in "abcd"])
POOL = table(
    Candidate,
    [
        ("anna", "a", "knn", 1, 2.0),
        ("anna", "b", "knn", 2, 1.0),
        ("anna", "a", "new", 1, 9.0),
        ("bob", "c", "new", 1, 9.0),
    ],
)


def judge(pool=POOL, seen=NOTHING):
    truth = traces([("anna", "a"), ("anna", "b"), ("anna", "unknown"), ("bob", "d")], AFTER)
    found = judge_candidates(Trial(pool, truth, seen, WARES), relevant=("strong",))
    return found.set_index("source")


def test_each_source_and_all_together_are_judged_by_what_they_propose():
    found = judge()
    assert found["value"].to_dict() == {"knn": 0.5, "new": 0.25, "pool": 0.5}
    assert found["k"].to_dict() == {"knn": 2, "new": 1, "pool": 2}
    assert set(found["count"]) == {2}
    assert set(found["metric"]) == {"candidate_recall"}


def test_the_interval_is_of_the_mean_over_users():
    shares = pd.Series([1.0, 0.0])
    half = 1.96 * shares.std(ddof=0) / 2**0.5
    assert judge().loc["knn", ["low", "high"]].tolist() == pytest.approx([0.5 - half, 0.5 + half])


def test_what_a_user_knows_need_not_be_proposed():
    assert judge(seen=traces([("anna", "b")], BEFORE)).loc["new", "value"] == 0.5


def test_no_candidates_are_not_judged():
    found = judge(empty(Candidate)).reset_index()
    assert len(found) == 0
    assert set(found) == set(columns(Metric))
