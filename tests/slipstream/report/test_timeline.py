"""Bars on lanes, from tasks whose times are given."""

import re

import pytest

from slipstream.graph import State
from slipstream.report.facts import TaskFacts
from slipstream.report.timeline import lanes_of, ticks, timeline
from tests.slipstream.report.toys import Gala


def bar(number, start, end, pid):
    return TaskFacts(number, f"Task{number}", f"Task{number}", "", State.DONE, (), pid=pid), start, end


def numbers(lanes):
    return [(name, [task.number for task, _, _ in bars]) for name, bars in lanes]


def test_each_process_has_a_lane_in_the_order_they_began():
    bars = [bar(0, 0, 2, 7), bar(1, 1, 3, 8), bar(2, 3, 4, 8), bar(3, 3.5, 5, 7)]

    assert numbers(lanes_of(bars)) == [("pid 7", [0, 3]), ("pid 8", [1, 2])]


def test_processes_of_one_task_each_share_lanes():
    bars = [bar(0, 0, 2, 1), bar(1, 1, 3, 2), bar(2, 2, 4, 3), bar(3, 3, 4, 4)]

    assert numbers(lanes_of(bars)) == [("process 1", [0, 2]), ("process 2", [1, 3])]


@pytest.mark.parametrize(
    ("seconds", "marks"), [(1, [0, 0.1]), (9.5, [0, 1, 2]), (147, [0, 20, 40]), (4000, [0, 600, 1200])]
)
def test_marks_are_round(seconds, marks):
    found = ticks(seconds)

    assert found[: len(marks)] == pytest.approx(marks)
    assert 2 < len(found) <= 11
    assert found[-1] <= seconds


def test_what_ran_has_a_bar_and_what_was_cached_has_none(facts):
    facts(Gala(workspace_directory="workspace"))
    run = facts(Gala(workspace_directory="workspace", words="thanks"))

    assert (timeline(run).count('class="bar'), len(run.tasks)) == (2, 4)


def test_bars_stand_in_the_picture(finished):
    svg = timeline(finished)
    bars = [tuple(map(float, found)) for found in re.findall(r'<rect x="([\d.]+)"[^>]* width="([\d.]+)"', svg)]

    assert len(bars) == svg.count('class="bar run"') == 4
    assert all(x >= 84 and x + width <= 1161 for x, width in bars)
