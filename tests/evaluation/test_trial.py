import pandas as pd

from slipstream.tasks.evaluation.trial import list_relevant, list_wanted, place
from slipstream.tasks.tables import Interaction, empty
from tests.evaluation.cases import AFTER, BEFORE, listed, traces, trial

STRONG = ("strong",)


def test_relevant_pairs_are_listed_once_and_marked_reachable():
    truth = traces([("bob", "z"), ("anna", "b"), ("anna", "a"), ("anna", "a")], AFTER)
    pairs = list_relevant(trial(listed(), truth, traces([("anna", "b")], BEFORE)), relevant=STRONG)
    assert pairs.rows() == [("anna", "a", True), ("anna", "b", False), ("bob", "z", False)]


def test_wanted_pairs_tell_cold_from_warm():
    seen = traces([("anna", "c"), ("anna", "d"), ("bob", "a"), ("carl", "a")], BEFORE)
    truth = traces([("anna", "a"), ("bob", "b")], AFTER)
    wanted = list_wanted(trial(listed(), truth, seen), relevant=STRONG, cold_below=2)
    assert wanted.columns == ["user_id", "item_id", "cold_user", "cold_item"]
    assert wanted.rows() == [("anna", "a", False, False), ("bob", "b", True, True)]


def test_places_count_from_one_down_to_the_deepest():
    shown = listed(("bob", "a b c"), ("anna", "c a"))
    shown.loc[shown["user_id"] == "bob", "rank"] += 7
    assert sorted(place(shown, deepest=2).rows()) == [
        ("anna", "a", 2),
        ("anna", "c", 1),
        ("bob", "a", 1),
        ("bob", "b", 2),
    ]


def test_nothing_is_listed_of_nothing():
    nothing = trial(listed(), empty(Interaction), empty(Interaction), "")
    assert len(list_wanted(nothing, relevant=STRONG, cold_below=5)) == 0
    assert len(place(pd.DataFrame({"user_id": [], "item_id": [], "rank": []}), deepest=5)) == 0
