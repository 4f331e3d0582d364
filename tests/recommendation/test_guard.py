from dataclasses import replace

import numpy as np
import pytest

from slipstream.tasks.recommendation.guard import Judged, intervals, judge, user_ndcg

USERS = 60
NOW, EACH = np.zeros(USERS, int), np.arange(USERS)


def judged(wanted=1):
    """Each user has three candidates, of which the second is relevant."""
    return Judged(
        np.repeat(np.arange(USERS), 3), np.tile([False, True, False], USERS), np.full(USERS, wanted), NOW, EACH
    )


def order(*scores):
    return np.tile(np.asarray(scores, float), USERS)


RIGHT, SECOND, LAST, SILENT = order(0, 1, 0), order(1, 0.5, 0), order(2, 0, 1), order(0, -np.inf, 0)


def test_ndcg_counts_the_place_and_all_that_was_wanted():
    assert user_ndcg(judged(), RIGHT)[0] == 1
    assert user_ndcg(judged(), SECOND)[0] == pytest.approx(1 / np.log2(3))
    assert user_ndcg(judged(), SILENT)[0] == 0
    assert user_ndcg(judged(wanted=2), RIGHT)[0] == pytest.approx(1 / (1 + 1 / np.log2(3)))
    assert user_ndcg(judged(), LAST, k=2)[0] == 0


def test_ties_at_the_last_place_keep_the_order_of_the_candidates():
    users, items = 2, 30
    relevant = np.tile(np.arange(items) == 9, users)
    some = Judged(np.repeat(np.arange(users), items), relevant, np.ones(users, int), NOW[:users], EACH[:users])
    scores = np.r_[np.ones(items), np.where(np.arange(items) < 9, -np.inf, 1)]
    assert user_ndcg(some, scores).tolist() == pytest.approx([1 / np.log2(11), 1])
    assert user_ndcg(some, scores, k=9).tolist() == [0, 1]


def test_a_ranker_that_is_right_is_served():
    serve, metrics = judge(judged(), {"knn": SECOND, "popular": LAST, "ranker": RIGHT, "blend": LAST}, seed=0)
    assert serve == "ranker"
    paired = metrics[metrics["baseline"].notna()].set_index("source")
    assert paired.loc["ranker", "baseline"] == "knn"
    assert paired.loc["ranker", "value"] == pytest.approx(1 - 1 / np.log2(3))
    assert metrics["count"].eq(USERS).all()


def test_a_ranker_that_is_only_as_good_falls_back():
    assert judge(judged(), {"knn": SECOND, "popular": LAST, "ranker": SECOND}, seed=0)[0] == "knn"


def test_noise_that_looks_a_little_better_falls_back():
    rng = np.random.default_rng(0)
    noise = {name: rng.random(3 * USERS) for name in ("ranker", "knn", "ease")}
    serve, metrics = judge(judged(), noise, seed=0)
    assert serve in {"knn", "ease"}
    assert metrics[metrics["baseline"].notna()]["low"].item() < 0


def test_a_blend_that_beats_the_ranker_is_served():
    assert judge(judged(), {"knn": LAST, "ranker": SECOND, "blend": RIGHT}, seed=0)[0] == "blend"


def test_a_source_named_like_no_other_is_compared_too():
    serve, metrics = judge(judged(), {"knn": RIGHT, "ranker": SECOND, "blend": LAST}, seed=0)
    assert serve == "knn"
    assert (metrics[metrics["baseline"].notna()]["value"] < 0).all()


def test_without_anybody_to_ask_the_blend_is_served():
    serve, metrics = judge(judged(wanted=0), {"knn": RIGHT, "ranker": RIGHT}, seed=0)
    assert (serve, len(metrics)) == ("blend", 0)


def test_what_helps_in_one_window_only_is_not_trusted():
    window = np.repeat(np.arange(4), 100)
    once = np.where(window == 0, 1.0, 0.01)[:, None] * np.random.default_rng(0).choice([-1, 1, 1, 1], (400, 1))
    assert intervals(once, np.zeros(400, int), np.arange(400), seed=0)[0, 0] > 0.05
    assert intervals(once, window, np.arange(400), seed=0)[0, 0] < 0.01


def test_somebody_judged_in_many_windows_is_one_person():
    taste = np.random.default_rng(0).normal(0.2, 1, 50)
    person, window = np.tile(np.arange(50), 6), np.repeat(np.arange(6), 50)
    low, high = intervals(taste[person][:, None], window, person, seed=0)[:, 0]
    assert high - low == pytest.approx(2 * 1.96 / np.sqrt(50), rel=0.2)


def test_the_interval_holds_the_mean_and_repeats():
    values = np.random.default_rng(3).normal(1, 1, (400, 2))
    low, high = intervals(values, np.zeros(400, int), np.arange(400), seed=5)
    assert np.array_equal([low, high], intervals(values, np.zeros(400, int), np.arange(400), seed=5))
    assert (low < values.mean(axis=0)).all()
    assert (values.mean(axis=0) < high).all()
    assert high - low == pytest.approx(2 * 1.96 / 20, rel=0.2)


def test_less_than_a_hundredth_is_not_worth_a_ranker():
    relevant = np.tile(np.arange(10) != 8, USERS)
    ten = Judged(np.repeat(np.arange(USERS), 10), relevant, np.full(USERS, 10), NOW, EACH)
    falling = -np.arange(10.0)
    one_place_better = falling.copy()
    one_place_better[[8, 9]] = falling[[9, 8]]
    orders = {"knn": np.tile(falling, USERS), "ranker": np.tile(one_place_better, USERS)}
    serve, metrics = judge(ten, orders, seed=0)
    assert metrics[metrics["baseline"].notna()]["low"].item() > 0
    assert serve == "knn"


def test_an_incumbent_stays_until_another_source_is_proven_better():
    kept = judge(judged(), {"knn": SECOND, "popular": SECOND, "ranker": LAST}, seed=0, incumbent="popular")
    beaten, metrics = judge(judged(), {"knn": RIGHT, "popular": SECOND, "ranker": LAST}, seed=0, incumbent="popular")

    assert kept[0] == "popular"
    assert beaten == "knn"
    assert set(metrics["baseline"].dropna()) == {"popular"}


def test_who_counts_more_decides():
    user = np.repeat(np.arange(2), 2)
    orders = {"left": np.array([1.0, 0, 1, 0]), "right": np.array([0.0, 1, 0, 1])}
    judged = Judged(
        user, np.array([True, False, False, True]), np.ones(2, np.int64), np.zeros(2, np.int64), np.arange(2)
    )
    weighed = replace(judged, weight=np.array([1.0, 5.0]))
    assert user_ndcg(weighed, orders["right"])[1] == 5
    assert judge(weighed, orders, seed=0)[0] == "right"
    assert judge(replace(judged, weight=np.array([5.0, 1.0])), orders, seed=0)[0] == "left"
    means = judge(weighed, {"left": orders["left"]}, seed=0)[1]
    assert means["value"][0] == pytest.approx((1 + 5 / np.log2(3)) / 6)
