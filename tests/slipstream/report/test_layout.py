"""Pictures in numbers, of graphs small and large."""

import random
import time
from itertools import combinations, pairwise

import pytest

from slipstream.report.layout import lay_out


def some_graph(tasks, seed=0):
    """Let each task depend on up to four earlier ones, mostly recent."""
    chance = random.Random(seed)
    return {
        str(task): sorted({str(max(0, task - 1 - int(chance.expovariate(0.15)))) for _ in range(chance.randrange(5))})
        if task
        else []
        for task in range(tasks)
    }


GRAPHS = [
    {},
    {"alone": []},
    {"a": [], "b": ["a"], "c": ["b"], "d": ["c", "a"]},
    {str(n): [] for n in range(20)},
    some_graph(90),
    some_graph(91, seed=1),
]


@pytest.mark.parametrize("graph", GRAPHS, ids=len)
def test_no_two_boxes_overlap_and_all_lie_on_the_page(graph):
    layout = lay_out(graph)

    for one, other in combinations(layout.boxes.values(), 2):
        apart = abs(one.x - other.x) >= one.width - 1e-6 or abs(one.y - other.y) >= one.height
        assert apart, (one, other)
    for box in layout.boxes.values():
        assert 0 <= box.x <= box.x + box.width <= layout.width
        assert 0 <= box.y <= box.y + box.height <= layout.height


@pytest.mark.parametrize("graph", GRAPHS, ids=len)
def test_every_edge_leads_down_from_box_to_box_past_the_others(graph):
    layout = lay_out(graph)

    assert set(layout.curves) == {(before, task) for task, befores in graph.items() for before in befores}
    for (before, task), points in layout.curves.items():
        upper, lower = layout.boxes[before], layout.boxes[task]
        assert points[0] == (upper.middle, upper.y + upper.height)
        assert lower.x < points[-1][0] < lower.x + lower.width
        assert points[-1][1] == lower.y
        assert all(low >= high for (_, high), (_, low) in pairwise(points))
        for x, y in points[1:-1]:
            assert not any(
                box.x < x < box.x + box.width and box.y <= y <= box.y + box.height for box in layout.boxes.values()
            )


def test_a_task_that_is_not_of_the_graph_is_no_neighbour():
    assert set(lay_out({"a": ["elsewhere"]}).boxes) == {"a"}


def test_the_same_graph_looks_the_same():
    assert lay_out(some_graph(40)) == lay_out(some_graph(40))


def test_a_large_graph_takes_seconds():
    began = time.perf_counter()
    lay_out(some_graph(300))

    assert time.perf_counter() - began < 30
