import numpy as np
import pytest

from slipstream.tasks.recommendation.examination import position_bias
from slipstream.tasks.recommendation.propensity import click_rates, exposures, looked_at, selection_weights
from slipstream.tasks.tables import Examination, Impression, empty
from tests.recommendation.shown import WORTH, impressions
from tests.worlds import AS_OF, table

EXAMINED = table(Examination, [(1, 1.0, 1.0, 1.0, 10, 5), (2, 0.5, 0.4, 0.6, 10, 2)])


def shown(*rows):
    """Make impressions of (user, item, position, propensity, clicked)."""
    return table(
        Impression,
        [(user, item, place, "", propensity, clicked, AS_OF) for user, item, place, propensity, clicked in rows],
    )


def test_what_a_policy_prefers_counts_no_more_than_the_rest():
    rows = shown(*[("u", "a", 1, 0.8, False)] * 8, *[("u", "b", 1, 0.2, False)] * 2)
    weights = selection_weights(rows, max_weight=10)
    assert weights[:8].sum() == pytest.approx(weights[8:].sum())
    assert weights.mean() == pytest.approx(1)


def test_a_rare_choice_is_clipped_and_an_unlogged_one_counts_once():
    rows = shown(*[("u", "a", 1, 0.5, False)] * 9, ("u", "b", 1, 1e-6, False), ("u", "c", 1, None, False))
    weights = selection_weights(rows, max_weight=10)
    assert weights[9] == pytest.approx(10 * weights[0])
    assert weights[10] == 1


def test_a_position_that_nobody_knows_counts_as_the_first():
    assert looked_at(shown(("u", "a", 2, None, True), ("u", "a", 9, None, True)), EXAMINED).tolist() == [0.5, 1]


def test_both_propensities_multiply():
    rows = shown(("u", "a", 2, 0.4, True), ("u", "b", 1, 0.4, True), ("v", "a", 1, 0.2, True), ("v", "b", 2, 0.2, True))
    found = exposures(rows, EXAMINED, max_weight=10).set_index(["user_id", "item_id"])["propensity"]
    assert found["u", "a"] == pytest.approx(found["u", "b"] / 2)
    assert found["v", "a"] == pytest.approx(found["u", "b"] / 2)
    assert found["v", "b"] == pytest.approx(found["u", "b"] / 4)


def test_several_clicks_of_a_pair_count_by_their_mean_worth():
    rows = shown(("u", "a", 1, None, True), ("u", "a", 2, None, True), ("u", "a", 2, None, False))
    found = exposures(rows, EXAMINED, max_weight=10)
    assert found.to_numpy().tolist() == [["u", "a", pytest.approx(1 / 1.5), True]]


def test_what_was_passed_over_is_told_apart():
    rows = shown(("u", "a", 1, None, True), ("u", "b", 2, None, False), ("v", "a", 1, None, False))
    found = exposures(rows, EXAMINED, max_weight=10)
    assert dict(zip(found["user_id"] + found["item_id"], found["clicked"], strict=True)) == {
        "ua": True,
        "ub": False,
        "va": False,
    }


def test_no_click_counts_more_than_the_bound():
    faint = table(Examination, [(1, 1.0, 1.0, 1.0, 10, 5), (2, 0.001, 0.0001, 0.01, 10, 0)])
    assert exposures(shown(("u", "a", 2, None, True)), faint, max_weight=5)["propensity"].tolist() == [0.2]
    with pytest.raises(ValueError, match=r"max_weight 0.5 is below 1"):
        exposures(shown(("u", "a", 2, None, True)), faint, max_weight=0.5)


def test_the_worths_of_items_are_found_wherever_they_were_shown():
    rows = impressions(6000)
    rates = click_rates(rows, position_bias(rows, max_weight=10), max_weight=10).set_index("item_id")
    assert rates["rate"]["above"] > rates["rate"]["below"]
    for item, worth in WORTH.items():
        assert rates["corrected"][item] == pytest.approx(worth, rel=0.15)


def test_click_rates_of_a_policy_that_learns_come_back_to_those_of_chance():
    rng = np.random.default_rng(0)
    liking, eager = rng.random(20000) < 0.5, rng.random(20000) < 0.9
    propensity, worth = np.where(eager, 0.9, 0.1), np.where(liking == eager, 0.4, 0.1)
    rows = zip(propensity, rng.random(20000) < worth, liking, strict=True)
    log = shown(*[(str(number), "xy"[int(like)], 1, chance, hit) for number, (chance, hit, like) in enumerate(rows)])
    rates = click_rates(log, EXAMINED, max_weight=10).set_index("item_id")
    assert rates["corrected"]["x"] == pytest.approx(0.25, abs=0.03)
    assert abs(rates["rate"]["x"] - 0.25) > 0.05


def test_no_impressions_give_empty_tables():
    nothing = empty(Impression)
    for made in (exposures(nothing, EXAMINED, max_weight=10), click_rates(nothing, EXAMINED, max_weight=10)):
        assert made.empty
