"""The lines of a search, and its bar."""

import io
import re

import pytest
from rich.console import Console

from slipstream.graph import State
from slipstream.progress import Board, Line
from slipstream.tuning.objective import Objective
from slipstream.tuning.study import Tried
from slipstream.tuning.watching import Watch, best_of

OBJECTIVE = Objective("ndcg", 10, "recommend", "all")
USUAL = Tried(0, {}, 0.12, 40.0)
BETTER = Tried(1, {("knobs", "ease", "top"): 7}, 0.13, 20.0)
FAILED = Tried(2, {("candidates",): 9}, None, 3.0, "Ranker failed: no luck")


@pytest.fixture
def page():
    return Console(file=io.StringIO(), width=120, color_system=None, highlight=False)


def written(page):
    return [re.sub(r"^\d\d:\d\d:\d\d  ", "", line).rstrip() for line in page.file.getvalue().splitlines()]


def test_the_best_is_the_first_of_the_highest():
    assert best_of([]) is best_of([FAILED]) is None
    assert best_of([USUAL, BETTER, FAILED, Tried(3, {}, 0.13, 1.0)]) is BETTER


def test_each_trial_is_told_in_a_line(page):
    with Watch(OBJECTIVE, 2, [USUAL], page, live=False) as watch:
        watch.look(Board({}))
        watch.over(BETTER, "3 tasks run, 9 cached")
        watch.over(FAILED, "0 tasks run, 9 cached")
    assert written(page) == [
        "trial 0  ndcg@10 0.1200  40.0 s  as configured  (earlier)",
        "trial 1  ndcg@10 0.1300 (best)  20.0 s  knobs.ease.top=7  (3 tasks run, 9 cached)",
        "trial 2  failed  3.0 s  candidates=9  Ranker failed: no luck  (0 tasks run, 9 cached)",
    ]


def test_what_is_left_is_guessed_from_what_was(page):
    assert Watch(OBJECTIVE, 5, [], page, live=False).remaining(0.0) is None
    watch = Watch(OBJECTIVE, 5, [USUAL, BETTER], page, live=False)
    assert watch.remaining(0.0) == 30 * 4
    assert Watch(OBJECTIVE, 1, [USUAL, BETTER, FAILED], page, live=False).remaining(0.0) == 0


def test_the_bar_tells_how_far_it_is_and_what_runs(page, monkeypatch):
    monkeypatch.setattr("slipstream.tuning.watching.time.time", lambda: 100.0)
    watch = Watch(OBJECTIVE, 3, [USUAL, BETTER], page, live=False)
    watch.look(Board({"a": Line("Ranker", State.RUNNING, began=101.0), "b": Line("Lists", State.WAITING)}, began=100.0))
    with page.capture() as drawn:
        page.print(watch.draw(110.0))
    first, second = (line.strip() for line in drawn.get().splitlines())
    assert first.endswith("2 of 4 trials, best 0.1300 (trial 1), this one 10.0 s, about 50.0 s left")
    assert second == "Ranker: 0 tasks run, 0 cached, 1 running, 1 waiting in 10.0 s"
