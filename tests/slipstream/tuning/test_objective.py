"""What is read, found and measured."""

import pytest

from slipstream import graph
from slipstream.stop import Stop
from slipstream.tasks.base import Pipeline
from slipstream.tuning.objective import Interval, Objective
from tests.slipstream.tuning.toys import PEOPLE, Contest

HIT = Objective("hit_rate", 1, "gifts", "all")


def tasks(pipeline: Pipeline):
    return [step.task for step in graph.steps(pipeline)]


def judged(build, **parameters):
    pipeline = Contest(**parameters)
    build(pipeline)
    return HIT.tasks(tasks(pipeline))


def test_a_metric_is_read_with_its_depth():
    assert Objective.read("hit_rate@1", "gifts", "all") == HIT
    assert str(HIT) == "hit_rate@1 of gifts"
    assert str(Objective("ndcg", 10, "recommend", "cold_users")) == "ndcg@10 of recommend, slice cold_users"


@pytest.mark.parametrize("metric", ["ndcg", "ndgc@10", "ndcg@ten", "low@10"])
def test_what_is_no_metric_is_named(metric):
    with pytest.raises(Stop, match=f"'{metric}' is no metric at a depth as in ndcg@10"):
        Objective.read(metric, "gifts", "all")


def test_the_mean_over_users_is_measured(build):
    assert HIT.measure(judged(build, weight=1)) == pytest.approx(round(PEOPLE * (0.32 - 0.1)) / PEOPLE)


def test_a_lead_is_measured_over_the_same_users(build):
    lead = HIT.lead(judged(build, weight=11), judged(build, weight=1), seed=0)
    assert lead.value == pytest.approx(8 / PEOPLE)
    assert 0 < lead.low < lead.value < lead.high
    none = HIT.lead(judged(build, weight=1), judged(build, weight=1), seed=0)
    assert (none.value, none.low, none.high) == (0, 0, 0)
    assert str(Interval(0.01234, -0.5, 0.5)) == "+0.0123 [-0.5000, +0.5000]"


@pytest.mark.parametrize(
    ("objective", "line"),
    [
        (Objective("ndcg", 10, "gift", "all"), "no list of a source 'gift' is judged; did you mean gifts"),
        (Objective("ndcg", 5, "gifts", "all"), "lists are judged at 1, not at 5; set ks of the pipeline"),
    ],
)
def test_what_is_not_judged_is_named(objective, line):
    with pytest.raises(Stop, match=line):
        objective.tasks(tasks(Contest()))


def test_a_slice_of_nobody_is_named(build):
    with pytest.raises(Stop, match="nobody of slice 'warm' is judged"):
        Objective("ndcg", 1, "gifts", "warm").measure(judged(build))
