from dataclasses import replace
from datetime import timedelta

import pytest
from gokart.build import GokartBuildError

from slipstream import conf
from slipstream.pipelines import Backtest
from slipstream.pipelines.ranking import Stage
from slipstream.tasks.cache.address import upstream_first
from slipstream.tasks.data import Before, Users
from slipstream.tasks.recommendation import Ranker
from slipstream.tasks.tables import Event
from tests.pipelines.conftest import AS_OF, KNOBS
from tests.pipelines.logs import write
from tests.worlds import moment, table, two_clubs

CHEAP = {**KNOBS, "candidate_sources": ["popular", "trending_24h", "tags"], "baselines": ["fresh"]}
PARTS = ("test", "validation")


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


@pytest.fixture
def files(tmp_path):
    """What two people did; x and y are touched once each, and last."""
    path = tmp_path / "events.csv"
    touched = [("u", item, hour) for hour, item in enumerate("abcx")] + [
        ("v", item, hour) for hour, item in enumerate("abcy")
    ]
    table(Event, [(user, item, "like", moment(hour), None) for user, item, hour in touched]).to_csv(path, index=False)
    return {"as_of": AS_OF, "events": [{"path": str(path)}]}


def test_an_item_whose_every_event_is_held_out_counts_as_missed(build, files):
    pipeline = Backtest(learn_by="last", **files)
    [(_, window)] = pipeline.judged_windows()
    known = pipeline.knowledge(window.log, window.as_of)
    stage = Stage(pipeline, known, Users(tables=[window.later]), window.log.answers, window.within)
    assert list(build(stage.catalogue)["item_id"]) == ["a", "b", "c"]
    assert list(build(pipeline.within_reach(window, stage))["item_id"]) == ["a", "b", "c", "x", "y"]


def test_new_items_compete_among_themselves(build, files):
    pipeline = Backtest(learn_by="items", share=0.4, **files)
    [(name, window)] = pipeline.judged_windows()
    held, known = (set(build(rows)["item_id"]) for rows in (window.later, window.log.events))
    assert name == "held out"
    assert (len(held), held | known, held & known) == (2, set("abcxy"), set())
    assert window.within is window.later


def test_folds_are_drawn_anew_and_only_by_chance(build, files):
    pipeline = Backtest(learn_by="events", share=0.4, folds=3, **files)
    names, windows = zip(*pipeline.judged_windows(), strict=True)
    held = [
        frozenset(build(window.later)[["user_id", "item_id"]].itertuples(index=False, name=None)) for window in windows
    ]
    assert names == ("fold 1", "fold 2", "fold 3")
    assert [len(pairs) for pairs in held] == [3, 3, 3]
    assert len(set(held)) > 1
    with pytest.raises(ValueError, match="folds 3 by last would all be the same"):
        list(Backtest(learn_by="last", folds=3, **files).judged_windows())


def test_only_dense_users_and_items_are_kept_on_demand(build, files):
    log = Backtest(min_per_item=2, **files).log()
    assert sorted(build(log.events)["item_id"]) == sorted("abcabc")
    assert Backtest(**files).log().events.row is Event
    nobody = Backtest(min_per_user=4, min_per_item=2, **files).log()
    assert build(nobody.events).empty
    once = Backtest(min_per_user=4, min_per_item=2, core_rounds=1, **files).log()
    assert len(build(once.events)) == 6


def pairs(build, table):
    return set(build(table)[["user_id", "item_id", "at"]].itertuples(index=False, name=None))


@pytest.mark.parametrize("by", ["time", "random"])
def test_validation_knows_nothing_of_what_the_test_holds_out(build, tmp_path, by):
    files = write(two_clubs(), tmp_path / "clubs")
    asked = {"as_of": AS_OF, "learn_by": by, "share": 0.4, **files}
    [(_, test)] = Backtest(**asked).judged_windows()
    [(_, validation)] = Backtest(part="validation", **asked).judged_windows()
    held_out, known = pairs(build, test.later), pairs(build, test.log.events)
    judged = pairs(build, validation.later)
    assert held_out
    assert judged
    assert judged | pairs(build, validation.log.events) == known
    assert not (judged | known) & held_out
    if by == "time":
        assert build(validation.log.searches).empty


def test_validation_cuts_lie_at_the_same_hours_before_all_test_windows():
    cuts = ["2024-04-10T06:00:00+00:00", "2024-04-11T18:00:00+00:00"]
    asked = {"as_of": AS_OF, "cuts": cuts, "horizon_hours": 6}
    test, validation = ([window for _, window in Backtest(part=part, **asked).judged_windows()] for part in PARTS)
    assert [str(window.as_of) for window in validation] == ["2024-04-08 06:00:00+00:00", "2024-04-09 18:00:00+00:00"]
    assert max(window.until for window in validation) <= min(window.as_of for window in test)


def test_without_cuts_validation_is_the_window_before_the_last():
    [(_, window)] = Backtest(as_of=AS_OF, horizon_hours=6, part="validation").judged_windows()
    assert (window.as_of, window.until) == (AS_OF - timedelta(hours=30), AS_OF - timedelta(hours=24))


def test_validation_is_made_of_a_log_that_ends_before_the_test(newsroom_conf):
    del newsroom_conf
    pipeline = Backtest(part="validation", **CHEAP)
    ends = {step.as_of for step in upstream_first(pipeline, lambda step: step.deps()) if hasattr(step, "as_of")}
    assert max(ends - {AS_OF}) <= AS_OF - timedelta(hours=24)
    at_end = [
        step for step in upstream_first(pipeline, lambda step: step.deps()) if getattr(step, "as_of", None) == AS_OF
    ]
    assert {type(step) for step in at_end} == {Backtest, Before}, "the files are cut there and nothing else"
