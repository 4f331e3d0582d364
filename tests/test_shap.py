"""Sums of SHAP values from tables are those of LightGBM."""

import lightgbm
import numpy as np
import pytest

from slipstream.tasks import shap
from slipstream.tasks.shap import GroupShap

NAMES = [f"f{number}" for number in range(8)]
GROUPS = ["a", "b", "", "a", "b", "c", "", "c"]


def grown(leaves, rounds=30, columns=8):
    """Grow trees over features of which many rows share their values, so that thresholds meet rows exactly."""
    chance = np.random.default_rng(leaves)
    rows = np.round(chance.random((3000, columns)), 1).astype(np.float32)
    target = rows[:, 0] * rows[:, 1] + (rows[:, 3] > 0.5) * rows[:, 5] + chance.normal(0, 0.1, len(rows))
    knobs = {"verbosity": -1, "num_threads": 1, "seed": 0, "num_leaves": leaves, "min_data_in_leaf": 5}
    data = lightgbm.Dataset(rows, target, feature_name=NAMES[:columns])
    return lightgbm.train(knobs, data, num_boost_round=rounds), rows


def by_group(booster, rows):
    values = booster.predict(rows, pred_contrib=True)
    return {name: values[:, [group == name for group in [*GROUPS, ""]]].sum(axis=1) for name in "abc"}


@pytest.mark.parametrize("leaves", [2, 7, 15, 63])
def test_sums_are_those_of_lightgbm(leaves):
    booster, rows = grown(leaves)
    found = GroupShap(booster, GROUPS)(rows)
    assert sorted(found) == ["a", "b", "c"]
    for name, values in by_group(booster, rows).items():
        assert found[name] == pytest.approx(values, abs=1e-9)


def test_tables_are_looked_up_and_lightgbm_is_not_asked(monkeypatch):
    booster, rows = grown(15)
    right = by_group(booster, rows)
    monkeypatch.setattr(type(booster), "predict", None)
    found = GroupShap(booster, GROUPS)(rows)
    assert found["c"] == pytest.approx(right["c"], abs=1e-9)


@pytest.mark.parametrize("together", [1, 6, 14])
def test_any_number_of_leaves_may_share_a_table(together, monkeypatch):
    booster, rows = grown(15)
    monkeypatch.setattr(shap, "TOGETHER", together)
    found = GroupShap(booster, GROUPS)(rows)
    for name, values in by_group(booster, rows).items():
        assert found[name] == pytest.approx(values, abs=1e-9)


@pytest.mark.parametrize("count", [0, 1, 5, shap.FEW])
def test_any_number_of_rows_will_do(count):
    booster, rows = grown(7)
    found = GroupShap(booster, GROUPS)(rows[:count])
    assert found["a"].shape == (count,)
    assert found["a"] == pytest.approx(by_group(booster, rows)["a"][:count], abs=1e-9)


def test_missing_values_and_deep_trees_are_left_to_lightgbm(monkeypatch):
    booster, rows = grown(15)
    holes = np.where(rows > 0.9, np.nan, rows)
    assert GroupShap(booster, GROUPS)(holes)["a"] == pytest.approx(by_group(booster, holes)["a"], abs=1e-9)
    monkeypatch.setattr(shap, "DEEPEST", 2)
    assert GroupShap(booster, GROUPS)(rows)["a"] == pytest.approx(by_group(booster, rows)["a"], abs=1e-9)


def test_trees_that_found_nothing_to_split_add_nothing():
    rows = np.zeros((2000, 8), np.float32)
    booster = lightgbm.train({"verbosity": -1}, lightgbm.Dataset(rows, np.ones(len(rows))), num_boost_round=2)
    assert not any(values.any() for values in GroupShap(booster, GROUPS)(rows).values())
