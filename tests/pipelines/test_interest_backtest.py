from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from slipstream import conf
from slipstream.pipelines import InterestBacktest
from slipstream.tasks.evaluation import InterestQualities, SimpleUserTags
from slipstream.tasks.tables import Event, ItemTag
from slipstream.tasks.tagging import KindWorths, UserTagScores
from tests.pipelines.conftest import AS_OF
from tests.pipelines.logs import write
from tests.worlds import table, two_clubs

SHORT = {"horizon_hours": 24, "tune": True}
SOURCES = {"maxwell", "maxwell tuned", "counts", "tf-idf", "popular", "lift", "sum"}


def lead(quality, baseline):
    paired = quality[(quality["source"] == "maxwell") & (quality["baseline"] == baseline)]
    return paired.set_index("metric").loc["ndcg"]


def test_later_interests_are_foreseen_better_than_by_pure_lift(newsroom_conf, made, run):
    del newsroom_conf
    conf.set_workspace(made)
    pipeline = InterestBacktest(as_of=AS_OF, **SHORT)
    run(pipeline)
    quality = pipeline.output().load()
    worths = pipeline.products["worths_window"].output().load()
    contribution = pipeline.products["contribution_window"].output().load().set_index("kind")

    assert contribution["worth"].to_dict() == worths.set_index("kind")["weight"].reindex(contribution.index).to_dict()
    assert set(quality["source"]) == SOURCES
    assert lead(quality, "lift")["low"] > 0
    assert run(pipeline) == []


@pytest.fixture
def listeners(tmp_path):
    """Sixty people of two clubs, each of whom gave both tags of the club to articles of it."""
    people = [(f"u{number:02d}", ("heart", "skin")[number % 2]) for number in range(60)]
    chance = np.random.default_rng(0)
    touched = [
        (user, f"{club}{item}") for user, club in people for item in chance.choice(range(1, 5), 3, replace=False)
    ]
    at = AS_OF - pd.Timedelta(days=9)
    given = [(item, f"{item[:-1]} {word}", 1.0, user, at) for user, item in touched for word in ("a", "b")]
    world = two_clubs()
    files = write(world, tmp_path / "log")
    table(Event, [(user, item, "like", at, None) for user, item in touched]).to_csv(
        tmp_path / "log/events.csv", index=False
    )
    table(ItemTag, given).to_csv(tmp_path / "log/item_tags.csv", index=False)
    return {**files, "searches": (), "answers": (), "dictionary": ()}


def test_the_tags_people_give_are_foreseen_from_what_others_gave(listeners, workspace, run):
    conf.set_workspace(workspace)
    knobs = {"hold_out": "users", "folds": 2, "min_tags": 2, "baselines": ("given",)}
    pipeline = InterestBacktest(as_of=AS_OF, **listeners, **knobs)
    run(pipeline)
    quality = pipeline.output().load()
    means = quality[quality["baseline"].isna() & (quality["metric"] == "ndcg")].set_index("source")

    assert means.loc["maxwell", "count"] == 60
    assert means.loc["maxwell", "value"] == pytest.approx(1)
    assert lead(quality, "given")["low"] > 0


def test_nobody_is_judged_by_tags_that_were_known_of_him(listeners, workspace, run):
    conf.set_workspace(workspace)
    knobs = {"hold_out": "users", "folds": 2, "min_tags": 2}
    pipeline = InterestBacktest(as_of=AS_OF, **listeners, **knobs)
    run(pipeline)
    for fold in range(2):
        scores = pipeline.products[f"user_tags_fold{fold}"]
        judged = set(pipeline.products[f"wanted_fold{fold}"].output().load()["user_id"])
        assert isinstance(scores, UserTagScores)
        assert judged
        assert not judged & set(scores.given[0].output().load()["user_id"])


def test_baselines_see_what_maxwell_sees(newsroom_conf):
    del newsroom_conf
    pipeline = InterestBacktest(as_of=AS_OF, **SHORT)
    simple, scores = pipeline.find(SimpleUserTags), pipeline.find(UserTagScores)
    assert simple.interactions == scores.interactions


def test_worths_are_chosen_on_what_lies_before_the_judged_window(newsroom_conf):
    del newsroom_conf
    pipeline = InterestBacktest(as_of=AS_OF, **SHORT)
    worths, hours = pipeline.find(KindWorths), timedelta(hours=24)
    later = worths.wanted.truth.events

    assert worths.as_of == AS_OF - 2 * hours
    assert (later.since, later.until) == (AS_OF - 2 * hours, AS_OF - hours)
    assert pipeline.find(InterestQualities).wanted.truth.events.since == AS_OF - hours


def test_people_whose_tags_are_held_out_leave_nothing_to_tune_on(newsroom_conf):
    del newsroom_conf
    with pytest.raises(ValueError, match="hold_out users has no later traces"):
        _ = InterestBacktest(as_of=AS_OF, hold_out="users", tune=True).products
