from dataclasses import replace
from datetime import timedelta

import pytest
from gokart.build import GokartBuildError

from slipstream import conf
from slipstream.pipelines import Backtest
from slipstream.tasks.recommendation import Ranker
from tests.pipelines.conftest import AS_OF, KNOBS

CHEAP = {**KNOBS, "candidate_sources": ["popular", "trending_24h", "tags"], "baselines": ["fresh"]}


class Leaking(Backtest):
    """A backtest whose history reaches to the end of what it is judged by."""

    def judged_windows(self):
        for name, window in super().judged_windows():
            yield name, replace(window, log=self.log(), as_of=window.until)


@pytest.fixture
def backtest(newsroom_conf, made, run):
    del newsroom_conf
    conf.set_workspace(made)
    pipeline = Backtest(**CHEAP)
    run(pipeline)
    return pipeline


def test_every_list_is_judged_and_compared(backtest):
    quality = backtest.output().load()
    means = quality[quality["baseline"].isna() & (quality["slice"] == "all") & (quality["metric"] == "ndcg")]
    leads = quality[(quality["source"] == "recommend") & quality["baseline"].notna() & (quality["metric"] == "ndcg")]

    assert set(means["source"]) == {"recommend", "popular", "trending_24h", "tags", "fresh"}
    assert set(leads["baseline"]) == {"popular", "trending_24h", "tags", "fresh"}
    assert (quality["low"] <= quality["value"] + 1e-9).all()
    assert (quality["value"] <= quality["high"] + 1e-9).all()
    assert {"coverage", "reachable"} <= set(quality["metric"])


def test_the_second_run_executes_nothing(backtest, run):
    assert backtest.complete()
    assert run(Backtest(**CHEAP)) == []


def test_knowledge_ends_where_the_judged_window_begins(backtest):
    [(name, window)] = backtest.judged_windows()
    horizon = timedelta(hours=backtest.horizon_hours)

    assert window.as_of == AS_OF - horizon
    assert window.until == AS_OF
    assert name == (AS_OF - horizon).isoformat()
    labels = backtest.find(Ranker).labels
    assert [task.as_of for task in labels] == [AS_OF - horizon]


def test_a_planted_leak_is_caught(newsroom_conf, made, run):
    del newsroom_conf
    conf.set_workspace(made)

    with pytest.raises(GokartBuildError) as caught:
        run(Leaking(**CHEAP))
    errors = [str(error) for errors in caught.value.raised_exceptions.values() for error in errors]
    assert errors
    assert any("stand in the history too" in error or "are not before" in error for error in errors)
