import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipstream.tasks.tagging.calibration import fit_calibration, fit_line

SCORED = st.lists(st.tuples(st.floats(0.01, 0.99), st.booleans(), st.floats(0.5, 20)), min_size=1, max_size=50)


@given(SCORED)
def test_probabilities_rise_and_stay_in_range(scored):
    raw, label, weight = (np.array(column) for column in zip(*scored, strict=True))
    calibrate = fit_calibration(raw, label.astype(bool), weight)
    line = calibrate(np.linspace(0, 1, 101))
    assert (np.diff(line) >= -1e-12).all()
    assert line.min() >= 0
    assert line.max() <= 1


def test_sampled_examples_count_for_all_they_stand_for():
    raw = np.full(100, 0.5)
    label = np.arange(100) < 50
    assert fit_calibration(raw, label, np.where(label, 1.0, 9.0))(np.array([0.5])) == 0.1


def test_no_positive_means_no_chance():
    assert fit_calibration(np.array([0.2, 0.9]), np.zeros(2, bool), np.ones(2))(np.array([0.9])) == 0


def test_a_line_keeps_the_order_and_finds_the_share():
    odds = np.linspace(-3, 3, 61)
    label = 1 / (1 + np.exp(-(2 * odds + 1)))
    found = fit_line(odds, label, np.ones(61))(odds)
    assert found == pytest.approx(label, abs=0.01)
    assert (np.diff(found) > 0).all()
