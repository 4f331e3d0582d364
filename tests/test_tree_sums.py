"""What trees say of many rows at once is to the last bit what LightGBM says."""

import lightgbm
import numpy as np
import pytest

from slipstream.tasks import tree_sums as module
from slipstream.tasks.tree_sums import tree_sums

WORLDS = [(leaves, kind) for leaves in (2, 7, 15, 16, 17, 32) for kind in (np.float32, np.float64)]


@pytest.fixture(autouse=True)
def _a_few_rows_will_do(monkeypatch):
    monkeypatch.setattr(module, "FEW", 10)


@pytest.fixture
def alone(monkeypatch):
    """Refuse to ask LightGBM."""

    def use(booster):
        monkeypatch.setattr(type(booster), "predict", None)

    return use


def grown(leaves, kind=np.float32, rounds=20):
    """Grow trees over features of which many rows share their values, so that thresholds meet rows exactly."""
    chance = np.random.default_rng(leaves)
    rows = np.round(chance.random((3000, 6)), 1).astype(kind)
    rows[:, 4] = chance.random(len(rows))
    target = rows[:, 0] * rows[:, 1] + (rows[:, 3] > 0.5) * rows[:, 4] + chance.normal(0, 0.1, len(rows))
    knobs = {"verbosity": -1, "num_threads": 1, "seed": 0, "num_leaves": leaves, "min_data_in_leaf": 5}
    return lightgbm.train(knobs, lightgbm.Dataset(rows, target), num_boost_round=rounds), rows


@pytest.mark.parametrize(("leaves", "kind"), WORLDS)
@pytest.mark.parametrize("order", ["C", "F"])
def test_sums_are_those_of_lightgbm_to_the_last_bit(leaves, kind, order, alone):
    booster, rows = grown(leaves, kind)
    right = booster.predict(rows, raw_score=True)
    alone(booster)
    assert (tree_sums(booster, np.asarray(rows, order=order)) == right).all()


@pytest.mark.parametrize("count", [10, 11, 64, 65])
def test_blocks_of_rows_join(count, alone, monkeypatch):
    booster, rows = grown(7)
    right = booster.predict(rows[:count])
    alone(booster)
    monkeypatch.setattr(module, "ROWS", 32)
    assert (tree_sums(booster, rows[:count]) == right).all()


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_rows_right_beside_a_threshold_go_where_lightgbm_sends_them(steps, alone):
    booster, rows = grown(15)
    thresholds = booster.trees_to_dataframe().dropna(subset=["threshold"])
    beside = rows[: len(thresholds)].copy()
    features = thresholds["split_feature"].str.removeprefix("Column_").astype(int)
    values = thresholds["threshold"].to_numpy(np.float32)
    toward = np.float32(np.inf if steps > 0 else -np.inf)
    beside[np.arange(len(beside)), features] = np.nextafter(values, toward) if steps else values
    right = booster.predict(beside)
    alone(booster)
    assert (tree_sums(booster, beside) == right).all()


def test_trees_without_a_split_add_their_only_leaf(alone):
    knobs = {"verbosity": -1, "num_threads": 1, "min_data_in_leaf": 50}
    booster = lightgbm.train(knobs, lightgbm.Dataset(np.zeros((60, 2)), np.arange(60.0)), num_boost_round=2)
    right = booster.predict(np.ones((12, 2)))
    alone(booster)
    assert (tree_sums(booster, np.ones((12, 2))) == right).all()


@pytest.mark.parametrize("count", [0, 1, 9])
def test_few_rows_are_left_to_lightgbm(count):
    booster, rows = grown(7)
    found = tree_sums(booster, rows[:count])
    assert found.shape == (count,)
    assert (found == (booster.predict(rows[:10])[:count])).all()


def test_missing_values_and_large_trees_are_left_to_lightgbm():
    booster, rows = grown(15)
    holes = np.where(rows > 0.9, np.nan, rows)
    assert (tree_sums(booster, holes) == booster.predict(holes)).all()
    large, rows = grown(60)
    assert (tree_sums(large, rows) == large.predict(rows)).all()


def test_more_thresholds_than_a_byte_counts_are_left_to_lightgbm(monkeypatch):
    booster, rows = grown(15)
    monkeypatch.setattr(module, "MOST", 5)
    assert (tree_sums(booster, rows) == booster.predict(rows)).all()
