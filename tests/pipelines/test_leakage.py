from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import gokart
import numpy as np
import pandas as pd
import pytest

from slipstream.pipelines import Backtest
from slipstream.pipelines.knowledge import Knowledge
from slipstream.pipelines.leakage import refuse_future, refuse_held_out
from slipstream.pipelines.ranking import Ranked, Stage
from slipstream.tasks.base import Table
from slipstream.tasks.data import Before, Users
from slipstream.tasks.tables import Event, Interaction
from tests.pipelines.logs import write
from tests.worlds import article, club_events, club_items, moment, table
from tests.worlds import build as make

CUT = moment(16).to_pydatetime()
AS_OF = datetime(2024, 2, 1, tzinfo=UTC)
SOURCES = ("popular", "fresh", "trending_6h", "transitions", "ease", "als", "tags", "content")
KNOBS = {"candidate_sources": SOURCES, "window_hours": 4.0, "baselines": ()}


def world(*, seed=None):
    """The two clubs; with a seed, and what anybody may do, search, answer, publish or tag from CUT on."""
    likes, items = club_events(), club_items()
    tags = [(row[0], row[0][:-1]) for row in items]
    before = [row for row in likes if row[3] < CUT]
    if seed is None:
        return make(before, items, tags)
    chance = np.random.default_rng(seed)
    people, known = sorted({row[0] for row in likes} | {"late"}), [row[0] for row in items] + ["heart9"]
    hours = 16 + chance.integers(0, 9, 30)
    later = [(chance.choice(people), chance.choice(known), "like", moment(hour)) for hour in hours]
    declared = [(chance.choice(people), "interests", "skin", 1.0, moment(16 + hour)) for hour in range(3)]
    searched = [(chance.choice(people), "heart", moment(17 + hour), "skin1") for hour in range(3)]
    made = make([*before, *later], [*items, article("heart9", "skin", 16)], tags, searches=searched, answers=declared)
    given = [("heart1", "skin", 1.0, "h1", moment(16)), ("skin1", "valves", 1.0, "s1", moment(20))]
    late = type(made.item_tags)(pd.concat([made.item_tags, pd.DataFrame(given, columns=made.item_tags.columns)]))
    return replace(made, item_tags=late)


class Known(Ranked[Any]):
    """Everything a list at CUT comes from, out of files that may go on after it."""

    def requires(self):
        log = self.log().before(CUT)
        known = self.knowledge(log, CUT)
        stage = Stage(self, known, Users(tables=[log.events]), log.answers)
        ranker = self.ranker(log, CUT)
        made = {f"source {name}": task for name, task in stage.candidates.items()}
        made |= {"features": stage.features, "item_tags": known.item_tags, "user_tags": stage.user_tags}
        made |= {f"window {number}": task for number, task in enumerate([*ranker.features, *ranker.labels])}
        return made | {"lists": stage.recommendations(ranker)}


def products(run, files):
    known = Known(as_of=AS_OF, windows=1, window_hours=4, candidate_sources=SOURCES, **files)
    run(known)
    return {name: task.output().load() for name, task in known.products.items()}


def test_nothing_that_happens_later_changes_what_was_known(run, tmp_path):
    then = products(run, write(world(), tmp_path / "then"))
    assert min(len(product) for product in then.values()) > 0
    later = products(run, write(world(seed=1), tmp_path / "later"))
    for name, product in then.items():
        pd.testing.assert_frame_equal(product, later[name], obj=name)


class Peeking(Table[Interaction]):
    """Traces as a careless engineer of features takes them: from the whole log."""

    known: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    events: gokart.TaskInstanceParameter[Table[Event]] = gokart.TaskInstanceParameter()

    def run(self):
        known, events = self.load(self.known), self.load(self.events)
        self.dump(known[known["item_id"].isin(events["item_id"])])


class PeekingKnowledge(Knowledge):
    @cached_property
    def interactions(self):
        return Peeking(known=super().interactions, events=self.pipeline.log().events)


class PeekingBacktest(Backtest):
    """A backtest one task of which reads the whole log."""

    def knowledge(self, log, as_of):
        return PeekingKnowledge(self, log, as_of)


@pytest.fixture
def files(tmp_path):
    return write(world(seed=1), tmp_path / "clubs")


@pytest.mark.parametrize(
    ("learn_by", "words"),
    [
        ("window", r"without a cut at 2024-01-31"),
        ("time", r"with what is held out"),
        ("random", r"with what is held out"),
    ],
)
def test_a_task_that_reads_the_whole_log_is_refused_before_anything_runs(files, learn_by, words):
    knobs = {**KNOBS, "learn_by": learn_by, "as_of": AS_OF}
    assert Backtest(**knobs, **files).requires()
    with pytest.raises(ValueError, match=r"knows .*events\.csv \(.* <- Peeking <- .*EventFile\) " + words):
        PeekingBacktest(**knobs, **files).requires()


@pytest.mark.parametrize("learn_by", ["last", "events", "items"])
def test_every_way_of_holding_out_keeps_its_lists_apart(files, learn_by):
    assert Backtest(**{**KNOBS, "learn_by": learn_by, "as_of": AS_OF}, **files).requires()


def test_a_cut_that_comes_too_late_is_none(files):
    events = Backtest(as_of=AS_OF, **files).log().events
    refuse_future(Users(tables=[events]), as_of=CUT)
    refuse_future(Before(rows=events, as_of=CUT), as_of=CUT)
    with pytest.raises(ValueError, match=r"Before knows .* without a cut"):
        refuse_future(Before(rows=events, as_of=AS_OF), as_of=CUT)
    with pytest.raises(ValueError, match="what is held out"):
        refuse_held_out(Before(rows=events, as_of=CUT), by="time")


def test_files_held_out_elsewhere_are_taken_out_of_the_log(build, files, tmp_path):
    path = tmp_path / "held_out.csv"
    table(Event, [("h1", "heart2", "like", moment(0), None)]).to_csv(path, index=False)
    pipeline = Backtest(as_of=AS_OF, held_out=[{"path": str(path)}], **{**KNOBS, "learn_by": "random"}, **files)
    [(name, window)] = pipeline.judged_windows()
    known = build(window.log.events)
    assert name == "fold 1"
    assert not ((known["user_id"] == "h1") & (known["item_id"] == "heart2")).any()
    assert build(window.later)[["user_id", "item_id"]].to_numpy().tolist() == [["h1", "heart2"]]
    assert pipeline.requires()
