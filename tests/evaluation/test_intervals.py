import numpy as np
import pandas as pd
import pytest

from slipstream.tasks.evaluation.intervals import METRICS, draw_weights, estimate, measure_interval
from slipstream.tasks.tables import Metric, columns


def values(numbers, cut=""):
    users = [f"u{number:05d}" for number in range(len(numbers))]
    frame = pd.DataFrame({"source": "list", "baseline": "", "slice": "all", "k": 5, "cut": cut, "user_id": users})
    return frame.assign(**dict.fromkeys(METRICS, np.asarray(numbers, dtype=float)))


def of(table, metric="ndcg"):
    return table.set_index("metric").loc[metric]


def test_the_mean_lies_in_its_interval_which_is_that_of_theory():
    numbers = np.random.default_rng(3).normal(5, 2, 4000)
    row = of(estimate(values(numbers), resamples=2000, seed=1))
    assert row["value"] == pytest.approx(numbers.mean())
    error = numbers.std() / np.sqrt(len(numbers))
    assert row["low"] == pytest.approx(numbers.mean() - 1.96 * error, abs=0.15 * error)
    assert row["high"] == pytest.approx(numbers.mean() + 1.96 * error, abs=0.15 * error)
    assert row["count"] == 4000


def test_a_user_keeps_his_cuts_together():
    numbers = np.random.default_rng(3).normal(5, 2, 500)
    once = of(estimate(values(numbers), resamples=500, seed=1))
    twice = of(estimate(pd.concat([values(numbers, "a"), values(numbers, "b")]), resamples=500, seed=1))
    assert twice["count"] == 1000
    assert twice[["value", "low", "high"]].tolist() == pytest.approx(once[["value", "low", "high"]].tolist())


def test_missing_values_are_left_out():
    table = estimate(values([1.0, np.nan, 3.0]).assign(map=np.nan), resamples=50, seed=0)
    assert of(table)[["value", "count"]].tolist() == [2, 2]
    assert "map" not in set(table["metric"])


def test_one_user_has_a_point_for_an_interval():
    row = of(estimate(values([0.25]), resamples=50, seed=0))
    assert row[["value", "low", "high"]].tolist() == [0.25] * 3


def test_the_seed_decides_and_the_order_of_rows_does_not():
    numbers = values(np.random.default_rng(0).random(30))
    first = estimate(numbers, resamples=100, seed=5)
    pd.testing.assert_frame_equal(estimate(numbers.sample(frac=1, random_state=2), resamples=100, seed=5), first)
    assert not estimate(numbers, resamples=100, seed=6)["low"].equals(first["low"])


def test_weights_are_poisson_whatever_the_block():
    weights = np.vstack(list(draw_weights(1_000_000, resamples=5, seed=0)))
    assert weights.shape == (5, 1_000_000)
    share = np.bincount(weights.astype(int).ravel(), minlength=4)[:4] / weights.size
    assert share == pytest.approx([0.36788, 0.36788, 0.18394, 0.06131], abs=1e-3)


def test_no_resample_means_no_interval():
    low, high = measure_interval(np.ones((3, 2)), np.ones((3, 2)), resamples=0, seed=0)
    assert np.isnan([*low, *high]).all()


def test_nothing_is_estimated_of_nothing():
    table = estimate(values([]), resamples=10, seed=0)
    assert len(table) == 0
    assert list(table.columns) == columns(Metric)
