"""Layers of small graphs whose best arrangement is plain to see."""

from collections import Counter

import pytest

from slipstream.report.layers import assign_layers

DIAMOND = {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]}
LADDER = {
    f"{side}{step}": [f"{other}{step - 1}" for other in "lr"] if step else [] for step in range(30) for side in "lr"
}


def test_a_diamond_has_three_layers():
    assert assign_layers(DIAMOND, 4) == {"a": 0, "b": 1, "c": 1, "d": 2}


@pytest.mark.parametrize("graph", [DIAMOND, LADDER, {str(n): [] for n in range(17)}])
@pytest.mark.parametrize("most", [1, 2, 5])
def test_edges_lead_down_and_no_layer_is_too_wide(graph, most):
    layers = assign_layers(graph, most)

    assert all(layers[before] < layers[task] for task, befores in graph.items() for before in befores)
    assert max(Counter(layers.values()).values()) <= most
    assert set(layers.values()) == set(range(max(layers.values()) + 1))


def test_a_source_stands_right_above_its_only_user():
    chain = {"a": [], "b": ["a"], "c": ["b"], "late": [], "d": ["c", "late"]}
    layers = assign_layers(chain, 4)

    assert layers["late"] == layers["d"] - 1


def test_an_early_end_stands_right_below_what_it_is_made_from():
    chain = {"a": [], "b": ["a"], "c": ["b"], "d": ["c"], "early": ["a"]}
    layers = assign_layers(chain, 4)

    assert layers["early"] == layers["a"] + 1


def test_nothing_has_no_layers():
    assert assign_layers({}, 4) == {}
