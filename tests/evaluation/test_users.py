import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from slipstream.tasks.evaluation.trial import Trial
from slipstream.tasks.evaluation.users import judge_users
from slipstream.tasks.tables import CatalogueItem, Interaction, UserQuality, columns, empty
from tests.evaluation.cases import AFTER, BEFORE, KNOBS, listed, traces, trial


def judge(given_trial: Trial, **knobs) -> pd.DataFrame:
    return judge_users(given_trial, source="list", cut="", **{**KNOBS, **knobs})


def of(judged: pd.DataFrame, user: str, k: int, part: str = "all") -> pd.Series:
    rows = judged[(judged["user_id"] == user) & (judged["k"] == k) & (judged["slice"] == part)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_every_metric_of_a_list_worked_out_by_hand():
    truth = traces([("anna", "b"), ("anna", "d"), ("anna", "e")], AFTER)
    judged = judge(trial(listed(("anna", "a b c d")), truth, empty(Interaction), "a b c d e"))
    at_five = of(judged, "anna", 5)
    gain, best = 1 / np.log2(3) + 1 / np.log2(5), 1 + 1 / np.log2(3) + 1 / 2
    assert at_five["ndcg"] == pytest.approx(gain / best)
    assert at_five["recall"] == pytest.approx(2 / 3)
    assert at_five["precision"] == pytest.approx(2 / 5)
    assert at_five["mrr"] == pytest.approx(1 / 2)
    assert at_five["map"] == pytest.approx((1 / 2 + 2 / 4) / 3)
    assert at_five["hit_rate"] == 1
    at_one = of(judged, "anna", 1)
    assert at_one[["ndcg", "recall", "precision", "mrr", "map", "hit_rate"]].tolist() == [0] * 6


def test_the_ideal_list_of_depth_k_scores_one():
    truth = traces([("anna", "a"), ("anna", "b"), ("anna", "c")], AFTER)
    judged = judge(trial(listed(("anna", "c a b")), truth, empty(Interaction)))
    assert judged.loc[judged["slice"] == "all", "ndcg"].tolist() == pytest.approx([1, 1, 1])


def test_a_judged_user_without_a_list_counts_as_nothing():
    truth = traces([("anna", "a"), ("bob", "a")], AFTER)
    bob = of(judge(trial(listed(("anna", "a")), truth, empty(Interaction))), "bob", 5)
    assert bob[["ndcg", "recall", "mrr", "map", "hit_rate"]].tolist() == [0] * 5
    assert np.isnan(bob["novelty"])


def test_only_new_offered_relevant_items_are_asked_for():
    truth = pd.concat(
        [
            traces([("anna", "a"), ("bob", "a"), ("carl", "z")], AFTER),
            traces([("dora", "a")], AFTER, "weak"),
            traces([("emil", "a")], AFTER, "strong", -1.0),
        ],
        ignore_index=True,
    )
    judged = judge(trial(listed(("anna", "a"), ("bob", "a")), truth, traces([("bob", "a")], BEFORE)))
    assert set(judged["user_id"]) == {"anna"}


def test_weak_traces_count_when_asked_to():
    truth = traces([("dora", "a")], AFTER, "weak")
    assert (
        of(judge(trial(listed(("dora", "a")), truth, empty(Interaction)), relevant=("weak",)), "dora", 1)["ndcg"] == 1
    )


def test_ranks_with_gaps_are_closed_and_rows_may_come_in_any_order():
    shown = listed(("anna", "c b a"))
    shown["rank"] *= 10
    given_trial = trial(shown.sample(frac=1, random_state=0), traces([("anna", "a")], AFTER), empty(Interaction))
    assert of(judge(given_trial), "anna", 5)["mrr"] == pytest.approx(1 / 3)


def test_novelty_counts_the_bits_of_what_is_shown():
    seen = traces([("u1", "a"), ("u2", "a"), ("u3", "a"), ("u4", "a"), ("u4", "b")], BEFORE)
    judged = judge(trial(listed(("anna", "a b c")), traces([("anna", "d")], AFTER), seen))
    assert of(judged, "anna", 1)["novelty"] == pytest.approx(0)
    assert of(judged, "anna", 2)["novelty"] == pytest.approx((0 + 2) / 2)
    assert of(judged, "anna", 5)["novelty"] == pytest.approx((0 + 2 + 2) / 3)


def test_slices_tell_cold_from_warm():
    seen = traces([("warm", "a"), ("warm", "b"), ("other", "a")], BEFORE)
    truth = traces([("warm", "c"), ("new", "a"), ("new", "d")], AFTER)
    judged = judge(trial(listed(("warm", "c"), ("new", "a b c")), truth, seen))
    users = judged.groupby("slice")["user_id"].unique().map(list).to_dict()
    assert users == {
        "all": ["new", "warm"],
        "cold_user": ["new"],
        "warm_user": ["warm"],
        "cold_item": ["new", "warm"],
        "warm_item": ["new"],
    }
    assert of(judged, "new", 5)["recall"] == pytest.approx(1 / 2)
    assert of(judged, "new", 5, "warm_item")["recall"] == 1
    assert of(judged, "new", 5, "cold_item")["recall"] == 0


def test_a_list_that_shows_an_item_twice_is_refused():
    with pytest.raises(ValueError, match=r"2 of 3 recommendations share user and item_id .*'anna'.*'a'.*one source"):
        judge(trial(listed(("anna", "a b a")), traces([("anna", "a")], AFTER), empty(Interaction)))


def test_two_items_of_one_rank_are_refused():
    shown = listed(("anna", "a b"))
    shown["rank"] = 1
    with pytest.raises(ValueError, match="share user and rank"):
        judge(trial(shown, traces([("anna", "a")], AFTER), empty(Interaction)))


def test_nothing_is_judged_by_nothing():
    judged = judge(trial(listed(), empty(Interaction), empty(Interaction), ""))
    assert len(judged) == 0
    assert list(judged.columns) == columns(UserQuality)


def test_lists_nobody_asked_for_are_not_judged():
    assert len(judge(trial(listed(("anna", "a")), empty(Interaction), empty(Interaction)))) == 0


def test_inputs_stay_as_they_were_and_their_order_does_not_matter(two_clubs):
    shown = listed(*((user, f"{item} heart4 skin4") for user, item in two_clubs.right.items()))
    truth = traces(list(two_clubs.right.items()), AFTER)
    tables = (shown, truth, two_clubs.interactions, two_clubs.catalogue)
    before = [frame.copy() for frame in tables]
    judged = judge(Trial(*tables))
    for frame, copy in zip(tables, before, strict=True):
        pd.testing.assert_frame_equal(frame, copy)
    shuffled = Trial(*(frame.sample(frac=1, random_state=1) for frame in tables))
    pd.testing.assert_frame_equal(judge(shuffled), judged)
    assert (judged.loc[judged["slice"] == "all", "ndcg"] == 1).all()


@settings(deadline=None, max_examples=10)
@given(st.permutations(range(8)), st.sets(st.integers(0, 7), min_size=1), st.integers(1, 8))
def test_ndcg_agrees_with_scikit_learn(order, wanted, k):
    shown = listed(("anna", " ".join(f"i{item}" for item in order)))
    truth = traces([("anna", f"i{item}") for item in wanted], AFTER)
    catalogue = CatalogueItem.validate(pd.DataFrame({"item_id": [f"i{item}" for item in range(8)]}))
    judged = judge(Trial(shown, truth, empty(Interaction), catalogue), ks=(k,))
    relevance = [[int(item in wanted) for item in range(8)]]
    scores = [[-float(order.index(item)) for item in range(8)]]
    assert of(judged, "anna", k)["ndcg"] == pytest.approx(ndcg_score(relevance, scores, k=k))
