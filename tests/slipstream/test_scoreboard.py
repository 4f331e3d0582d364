import io

import pandas as pd
import pytest
from rich.console import Console

from slipstream.scoreboard import is_scoreboard, scoreboard
from slipstream.tasks.tables import Metric, User, empty
from tests.worlds import table


def rendered(frame):
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(scoreboard(frame))
    return console.export_text()


@pytest.fixture
def metrics():
    rows = [
        ("popular", None, "ndcg", 10, "all", 0.1, 0.05, 0.15, 7),
        ("recommend", None, "ndcg", 10, "all", 0.3, 0.25, 0.35, 7),
        ("recommend", None, "ndcg", 10, "cold_user", 0.9, 0.9, 0.9, 2),
        ("recommend", None, "recall", 10, "all", 0.4, 0.3, 0.5, 7),
        ("recommend", "popular", "ndcg", 10, "all", 0.2, 0.1, 0.3, 7),
    ]
    return table(Metric, rows)


def test_the_best_source_stands_first_with_its_lead_over_the_others(metrics):
    lines = [line.split() for line in rendered(metrics).splitlines()]
    body = [line for line in lines if line[:1] in (["recommend"], ["popular"])]

    assert [line[0] for line in body] == ["recommend", "popular"]
    assert ".300" in body[0]
    assert "+.200" in body[1]
    assert ".900" not in rendered(metrics)


def test_without_qualities_it_says_so():
    assert "no quality of slice 'all' at 10" in rendered(empty(Metric))


def test_only_tables_of_qualities_are_scoreboards(metrics):
    assert is_scoreboard(metrics)
    assert not is_scoreboard(empty(User))
    assert not is_scoreboard(pd.DataFrame())


def test_scores_without_lists_are_compared_by_auc():
    rows = [
        ("poor", None, "auc", 0, "all", 0.6, 0.5, 0.7, 7),
        ("good", None, "auc", 0, "all", 0.8, 0.7, 0.9, 7),
        ("good", "poor", "auc", 0, "all", 0.2, 0.1, 0.3, 7),
    ]
    shown = rendered(table(Metric, rows))

    assert "means of 7, with 95 % intervals" in shown
    assert shown.index("good") < shown.index("poor")
    assert "+.200" in shown


def test_a_table_of_slices_is_drawn_slice_by_slice(metrics):
    slices = pd.concat([metrics[metrics["slice"] == "all"].assign(slice=f"traces_{count}") for count in (0, 10)])
    shown = rendered(slices)

    assert shown.index("traces_0") < shown.index("popular") < shown.index("traces_10")
    assert shown.count("+.200") == 2
    assert "no quality" not in shown
