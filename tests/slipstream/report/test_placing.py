"""Places that can be worked out by hand."""

import pytest

from slipstream.report.placing import place, spread


@pytest.mark.parametrize(
    ("wanted", "weights", "found"),
    [
        ([1.0, 2.0], [1.0, 1.0], [1.0, 2.0]),
        ([2.0, 1.0], [1.0, 1.0], [1.5, 1.5]),
        ([2.0, 1.0], [3.0, 1.0], [1.75, 1.75]),
        ([3.0, 1.0, 2.0], [1.0, 1.0, 1.0], [2.0, 2.0, 2.0]),
        ([], [], []),
    ],
)
def test_values_are_moved_as_little_as_order_allows(wanted, weights, found):
    assert spread(wanted, weights) == pytest.approx(found)


def test_a_parent_stands_over_the_middle_of_its_children():
    edges = {("top", child): 1.0 for child in "abc"}
    middle = place([["top"], ["a", "b", "c"]], edges, dict.fromkeys(["top", "a", "b", "c"], 10.0))

    assert middle["top"] == pytest.approx(middle["b"])
    assert [middle["b"] - middle["a"], middle["c"] - middle["b"]] == pytest.approx([10, 10])


def test_a_thread_hangs_straight():
    middle = place([["a"], ["b"], ["c"]], {("a", "b"): 9.0, ("b", "c"): 9.0}, {"a": 50.0, "b": 4.0, "c": 50.0})

    assert middle["a"] == pytest.approx(middle["b"]) == pytest.approx(middle["c"])


def test_all_stay_on_the_page_and_apart():
    layers = [["a"], ["b", "c", "d"]]
    middle = place(layers, {("a", "d"): 1.0}, {"a": 30.0, "b": 20.0, "c": 20.0, "d": 20.0})

    assert middle["c"] - middle["b"] >= 20 - 1e-9
    assert min(middle.values()) >= 10
    assert max(middle.values()) <= 60 - 10 + 1e-9
