import numpy as np
import pandas as pd

from slipstream.tasks.recommendation.samples import draw_sample, grade, source_orders, source_shares, stack
from slipstream.tasks.tables import Exposure, Interaction, RankingFeature
from tests.worlds import AS_OF, table

LEVELS = {"weak": 1, "medium": 2, "strong": 3}
FEATURES = RankingFeature.validate(
    pd.DataFrame(
        {
            "user_id": ["v", "u", "u"],
            "item_id": ["a", "b", "a"],
            "source_knn__rank": np.array([1, 0, 0.5], np.float32),
            "agreement__share": np.array([0.1, 0.2, 0.3], np.float32),
        }
    )
)
LABELS = table(
    Interaction,
    [
        ("u", "a", 1.0, "weak", "view", AS_OF),
        ("u", "a", 2.0, "medium", "like", AS_OF),
        ("u", "c", 3.0, "strong", "search", AS_OF),
        ("u", "b", 1.0, "weak", "view", AS_OF),
        ("v", "a", 1.0, "weak", "view", AS_OF),
        ("v", "a", -2.0, "medium", "dislike", AS_OF),
    ],
)
NAMES = ["agreement__share", "source_ease__rank", "source_knn__rank"]


SHOWN = table(Exposure, [("u", "a", 0.25, True), ("v", "a", 0.5, False)])


def sample(relevant=("strong", "medium"), exposures=None):
    return draw_sample(FEATURES, LABELS, NAMES, levels=LEVELS, relevant=relevant, exposures=exposures)


def test_a_pair_has_the_grade_of_its_strongest_trace_and_a_dislike_none():
    assert grade(LABELS, LEVELS).to_dict() == {("u", "a"): 2, ("u", "b"): 1, ("u", "c"): 3, ("v", "a"): 0}


def test_candidates_are_sorted_and_joined_with_their_grades():
    drawn = sample()
    assert drawn.judged.user.tolist() == [0, 0, 1]
    assert drawn.gain.tolist() == [2, 1, 0]
    assert drawn.judged.relevant.tolist() == [True, False, False]


def test_relevant_items_that_nobody_proposed_are_wanted_too():
    assert sample().judged.wanted.tolist() == [2, 0]
    assert sample(relevant=("weak", "medium", "strong")).judged.wanted.tolist() == [3, 0]


def test_a_column_that_one_window_lacks_is_silent():
    assert sample().features[:, 1].tolist() == [0, 0, 0]


def taught(drawn, teachers=6000):
    return drawn.lesson(drawn.teachers(size=teachers, seed=0), others=80, seed=0)


def test_so_many_users_teach():
    features = FEATURES.assign(user_id=["v", "u", "w"], item_id=["a", "a", "a"])
    labels = table(Interaction, [(user, "a", 1.0, "strong", "search", AS_OF) for user in "uvw"])
    drawn = draw_sample(features, labels, NAMES, levels=LEVELS, relevant=["strong"])
    assert [len(taught(drawn, size).users) for size in (1, 2, 3, 4)] == [1, 2, 3, 3]


def test_only_users_with_a_hit_teach():
    kept = taught(sample())
    assert kept.groups().tolist() == [2]
    assert kept.judged.wanted.tolist() == [2]
    assert kept.users.tolist() == ["u"]


def test_many_candidates_without_a_hit_are_thinned():
    pairs = pd.DataFrame(
        [(user, f"i{item:04}") for user in "uv" for item in range(1000)], columns=["user_id", "item_id"]
    )
    features = RankingFeature.validate(pairs.assign(source_knn__rank=np.float32(1)))
    labels = table(Interaction, [(user, "i0007", 1.0, "strong", "search", AS_OF) for user in "uv"])
    kept = taught(draw_sample(features, labels, ["source_knn__rank"], levels=LEVELS, relevant=["strong"]))
    assert kept.gain.tolist().count(3) == 2
    assert all(60 < count < 100 for count in kept.groups())


def test_scores_of_sources_are_found_by_their_names():
    shares = source_shares(["source_trending_0.5h__share", "agreement__share"], np.array([[1, 2]], np.float32))
    assert {name: values.tolist() for name, values in shares.items()} == {"trending_0.5h": [1]}


def test_windows_are_stacked_and_their_users_judged_apart():
    both = stack([sample(), sample(relevant=("medium",))])
    assert both.judged.user.tolist() == [0, 0, 1, 2, 2, 3]
    assert both.users.tolist() == ["u", "v", "u", "v"]
    assert both.judged.wanted.tolist() == [2, 0, 1, 0]
    assert both.judged.window.tolist() == [0, 0, 1, 1]


def test_single_sources_order_what_they_proposed():
    orders = source_orders(NAMES, sample().features)
    assert sorted(orders) == ["ease", "knn"]
    assert orders["knn"].tolist() == [0.5, -np.inf, 1]


def test_clicks_on_what_was_shown_weigh_by_their_propensity_and_users_by_their_clicks():
    drawn = sample(exposures=SHOWN)
    assert drawn.weight.tolist() == [4, 1, 1]
    assert drawn.judged.weight.tolist() == [4, 1]
    assert drawn.passed.tolist() == [False, False, True]
    assert sample().judged.weight is None
    assert sample().weight.tolist() == [1, 1, 1]


def test_weights_stay_with_their_rows_and_users():
    both = stack([sample(exposures=SHOWN), sample(exposures=SHOWN)])
    assert both.weight.tolist() == [4, 1, 1] * 2
    some = both.of(np.array([False, True, True, False]))
    assert (some.weight.tolist(), some.passed.tolist()) == ([1, 4, 1], [True, False, False])
    assert some.judged.weight.tolist() == [1, 4]


def test_what_was_passed_over_is_never_thinned_out():
    pairs = pd.DataFrame([("u", f"i{item:04}") for item in range(1000)], columns=["user_id", "item_id"])
    features = RankingFeature.validate(pairs.assign(source_knn__rank=np.float32(1)))
    labels = table(Interaction, [("u", "i0007", 1.0, "strong", "search", AS_OF)])
    shown = table(Exposure, [("u", f"i{item:04}", 1.0, False) for item in range(200)])
    given = {"levels": LEVELS, "relevant": ["strong"], "exposures": shown}
    kept = taught(draw_sample(features, labels, ["source_knn__rank"], **given))
    assert kept.passed.sum() == 199
    assert len(kept.weight) < 320
