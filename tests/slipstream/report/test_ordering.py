"""Orders of small graphs whose crossings can be counted by hand."""

import random

from slipstream.report.ordering import crossings, order_layers

CROSSED = [("a", "y"), ("b", "x")]


def test_two_edges_cross_once_or_never():
    assert crossings([["a", "b"], ["x", "y"]], CROSSED) == 1
    assert crossings([["a", "b"], ["y", "x"]], CROSSED) == 0


def test_edges_that_meet_do_not_cross():
    assert crossings([["a", "b"], ["x"]], [("a", "x"), ("b", "x")]) == 0


def test_the_crossings_of_all_with_all_are_those_of_the_formula():
    edges = [(upper, lower) for upper in "abc" for lower in "wxyz"]

    assert crossings([list("abc"), list("wxyz")], edges) == (3 * 2 // 2) * (4 * 3 // 2)


def test_what_can_be_drawn_without_a_crossing_is():
    layers = [["a", "b"], ["x", "y"], ["1", "2", "3"]]
    edges = [*CROSSED, ("x", "3"), ("y", "1"), ("y", "2")]
    ordered = order_layers(layers, edges)

    assert crossings(layers, edges) > 0
    assert crossings(ordered, edges) == 0
    assert [sorted(layer) for layer in ordered] == [sorted(layer) for layer in layers]


def test_shuffled_threads_are_untangled():
    chance = random.Random(0)
    names = [[(thread, depth) for thread in range(9)] for depth in range(6)]
    edges = [((thread, depth), (thread, depth + 1)) for thread in range(9) for depth in range(5)]
    layers = [chance.sample(layer, len(layer)) for layer in names]

    assert crossings(order_layers(layers, edges), edges) == 0


def test_without_layers_there_is_no_order():
    assert order_layers([], []) == []
