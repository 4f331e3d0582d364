"""Tables of qualities drawn for the page."""

import re

import pytest

from slipstream.report.qualities import qualities
from slipstream.tasks.tables import Metric, empty
from tests.worlds import table

ROWS = [
    ("popular", None, "ndcg", 10, "all", 0.1, 0.05, 0.15, 7),
    ("speech", None, "ndcg", 10, "all", 0.3, 0.25, 0.35, 7),
    ("speech", None, "recall", 10, "all", 0.4, 0.3, 0.5, 7),
    ("speech", None, "ndcg", 10, "cold_user", 0.9, 0.8, 1.0, 2),
    ("speech", None, "ndcg", 5, "all", 0.2, 0.1, 0.3, 7),
    ("speech", "popular", "ndcg", 10, "all", 0.2, 0.1, 0.3, 7),
]


@pytest.fixture
def drawn():
    return qualities(table(Metric, ROWS))


def test_the_best_stands_first_with_its_lead_over_the_others(drawn):
    main = drawn.partition("<details>")[0]

    assert re.findall(r'<th scope="row">(\w+)</th>', main) == ["speech", "popular"]
    assert re.findall(r'<th scope="col">([^<]*)</th>', main) == ["", "nDCG", "lead of speech", "recall"]
    assert '<td class="clear"><b>+0.200</b> <span class="interval">[+0.100, +0.300]</span>' in main
    assert "means of 7" in main


def test_other_slices_and_depths_are_folded(drawn):
    assert re.findall("<h4>(.*?)</h4>", drawn) == ["all at 10"]
    assert re.findall("<summary>(.*?)</summary>", drawn) == ["all at 5", "cold_user at 10"]


def test_intervals_of_a_column_have_one_scale(drawn):
    main = drawn.partition("<details>")[0]
    rows = re.findall(r"<tr.*?</tr>", main)[1:]
    first, second = (float(re.search(r'<rect x="4" width="([\d.]+)"', row)[1]) for row in rows)

    assert first == pytest.approx(80 * 0.3 / 0.35, abs=0.1)
    assert second == pytest.approx(80 * 0.1 / 0.35, abs=0.1)


def test_qualities_without_a_depth_are_drawn_by_slice():
    text = qualities(table(Metric, [("tags", None, "auc", 0, "all", 0.8, 0.7, 0.9, 3)]))

    assert "<h4>all</h4>" in text
    assert "AUC" in text


def test_the_judged_source_is_marked_wherever_it_stands():
    rows = [
        ("trending", None, "ndcg", 10, "all", 0.5, 0.4, 0.6, 7),
        *ROWS,
        ("speech", "trending", "ndcg", 10, "all", -0.2, -0.3, -0.1, 7),
    ]
    main = qualities(table(Metric, rows)).partition("<details>")[0]

    assert re.findall(r'<tr( class="judged")?><th scope="row">(\w+)</th>', main) == [
        ("", "trending"), (' class="judged"', "speech"), ("", "popular"),
    ]  # fmt: skip
    assert "<b>-0.200</b>" in main


def test_an_empty_table_says_so():
    assert "no row" in qualities(empty(Metric))
