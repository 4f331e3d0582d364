"""What follows what, on literal traces."""

from typing import Any

import pandas as pd
import pytest

from slipstream.tasks.recommendation.transitions import transition_neighbours
from slipstream.tasks.tables import Interaction
from tests.worlds import moment, table

KNOBS: dict[str, Any] = {"window": 3, "decay": 0.5, "power": 0.0, "half_life_hours": 0.0, "top": 9, "seed": 0}


def follow(*rows: tuple[str, str, float, float], **knobs: float) -> dict[str, float]:
    traces = [(user, item, weight, "weak", "view", moment(hour)) for user, item, weight, hour in rows]
    found = transition_neighbours(table(Interaction, traces), **{**KNOBS, **knobs})
    return dict(zip(found["item_id"] + found["neighbour_id"], found["weight"], strict=True))


def line(items: str, user: str = "u") -> list[tuple[str, str, float, float]]:
    return [(user, item, 1.0, float(hour)) for hour, item in enumerate(items)]


def test_later_items_count_less_with_every_step():
    assert follow(*line("abc")) == {"ab": 1, "bc": 1, "ac": 0.5}


def test_nothing_beyond_the_window():
    assert follow(*line("abc"), window=1) == {"ab": 1, "bc": 1}


def test_one_user_does_not_follow_another():
    assert follow(*line("ab", "u"), *line("cd", "v")) == {"ab": 1, "cd": 1}


@pytest.mark.parametrize("seed", range(5))
def test_traces_of_one_moment_count_half_both_ways(seed: int):
    assert follow(("u", "a", 1, 0), ("u", "b", 1, 0), seed=seed) == {"ab": 0.5, "ba": 0.5}


def test_a_pair_counts_by_the_weight_of_the_later_trace_and_dislikes_not_at_all():
    assert follow(("u", "a", 1, 0), ("u", "x", -2, 1), ("u", "b", 3, 2)) == {"ab": 3}


def test_popular_items_are_held_back_by_power():
    traces = [*line("ab", "u"), *line("ac", "v"), *line("dc", "w")]
    found = follow(*traces, power=1.0)
    assert found["ab"] == 1
    assert found["ac"] == found["dc"] == 0.5


def test_old_pairs_fade():
    assert follow(*line("ab", "u"), ("v", "c", 1, 1), ("v", "d", 1, 3), half_life_hours=1.0) == {"ab": 0.25, "cd": 1}


def test_order_in_time_is_all_that_matters():
    assert follow(*line("abc")) == follow(*reversed(line("abc")))


def test_nothing_follows_nothing():
    assert transition_neighbours(pd.DataFrame(table(Interaction, [])), **KNOBS).empty
