import pytest

from benchmarks.quality.independent import compare_users
from benchmarks.quality.verdict import OURS, Result, judge, markdown, users_of
from tests.benchmarks.quality.cases import listed, split

SPENT = {"fit_seconds": 2.0, "fit_cpu": 1.0, "recommend_seconds": 0.5, "recommend_cpu": 0.25, "peak_megabytes": 100.0}
RIGHT = {"anna": "c d", "bert": "b", "carl": "c", "dora": "a", "emil": "a"}
WRONG = dict.fromkeys(RIGHT, "e")


def result(source, lists, **changed):
    return Result(source, {"now": listed(**lists)}, [SPENT | changed])


@pytest.fixture
def judged(tmp_path):
    return split(tmp_path)


@pytest.fixture
def table(judged):
    half = {**RIGHT, "anna": "e", "bert": "e"}
    broken = Result("broken als", {}, [], failure="ran out of | memory")
    return judge([judged], [result("none", WRONG), broken, result(OURS, half), result("oracle", RIGHT)])


def test_ours_comes_first_then_the_best_and_failures_last(table):
    assert table["source"].tolist() == [OURS, "oracle", "none", "broken als"]


def test_means_and_paired_differences(table):
    rows = table.set_index("source")

    assert rows.loc[[OURS, "oracle", "none"], "ndcg"].tolist() == pytest.approx([0.6, 1, 0])
    assert rows.loc[["oracle", "none"], "lead_value"].tolist() == pytest.approx([-0.4, 0.6])
    assert rows.loc["none", "lead_low"] <= 0.6 <= rows.loc["none", "lead_high"]
    assert rows.loc[OURS, ["lead_value"]].isna().all()
    assert rows.loc["none", "coverage"] == pytest.approx(1 / 5)


def test_costs_are_means_over_cuts_and_memory_the_largest(judged):
    twice = Result("two", {"now": listed(**RIGHT)}, [SPENT, SPENT | {"fit_cpu": 3.0, "peak_megabytes": 300.0}])
    row = judge([judged], [result(OURS, RIGHT), twice]).set_index("source").loc["two"]

    assert (row["fit_cpu"], row["peak_megabytes"]) == (2.0, 300.0)


def test_the_markdown_has_a_line_a_source_and_says_what_failed(table):
    lines = markdown(table).splitlines()

    assert len(lines) == 2 + len(table)
    assert len({line.count("|") for line in lines}) == 1
    assert lines[2].startswith("| recommend | .6000 [")
    assert "| failed: ran out of / memory |" in lines[-1]
    assert "+.6000 [" in lines[4]
    assert "2.0 (1.0)" in lines[2]


def test_the_largest_difference_of_two_evaluators(judged):
    ours = users_of(judged, result(OURS, RIGHT))
    theirs = ours.loc[ours["slice"] == "all", ["user_id", "ndcg", "recall", "mrr", "hit_rate"]]
    theirs = theirs.sort_values("user_id", ascending=False).assign(recall=theirs["recall"] - 0.25)

    assert compare_users(ours, theirs) == {"nDCG@10": 0.0, "recall@10": 0.25, "MRR": 0.0, "hit rate": 0.0}


def test_evaluators_judge_the_same_users(judged):
    ours = users_of(judged, result(OURS, RIGHT))
    theirs = ours[ours["slice"] == "all"].iloc[1:]

    with pytest.raises(ValueError, match=r"1 users are judged by one evaluator only \(first: 'anna'\)"):
        compare_users(ours, theirs)
