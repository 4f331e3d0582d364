import pytest

from slipstream import conf
from slipstream.pipelines import ColdStart
from slipstream.tasks.data import DeclaredInterests, ShortHistories
from slipstream.tasks.recommendation import TagItems
from tests.pipelines.conftest import AS_OF, KNOBS

KNOWN = (0, 3)
CHEAP = {
    **KNOBS,
    "candidate_sources": ["popular", "content", "tags"],
    "judged_sources": ["popular", "content", "tags"],
    "traces": KNOWN,
    "judged_users": 20,
    "horizon_hours": 72,
}


def behind(task):
    """Collect a task and all that it is made from."""
    found, waiting = set(), [task]
    while waiting:
        task = waiting.pop()
        if task not in found:
            found.add(task)
            waiting += task.deps()
    return found


@pytest.fixture
def cold(newsroom_conf, made, run):
    del newsroom_conf
    conf.set_workspace(made)
    pipeline = ColdStart(**CHEAP)
    run(pipeline)
    return pipeline


def test_every_list_is_judged_at_every_number_of_traces(cold):
    quality = cold.output().load()
    means = quality[quality["baseline"].isna() & (quality["metric"] == "ndcg")].set_index(["slice", "source"])

    assert set(means.index.get_level_values("slice")) == {"traces_0", "traces_3"}
    assert set(means.index.get_level_values("source")) == {"recommend", "popular", "content", "tags", "tags declared"}
    assert means["count"].nunique() == 1
    assert means.loc[("traces_0", "content"), "value"] == 0
    assert means.loc[("traces_3", "content"), "value"] > 0
    assert means.loc[("traces_0", "tags declared"), "value"] > means.loc[("traces_0", "tags"), "value"]


def test_nothing_is_learnt_from_the_judged_people(cold):
    people = set(cold.products["people"].output().load()["user_id"])
    features = cold.products["ranker"].features
    assert people
    for task in features:
        assert not people & set(task.interactions.output().load()["user_id"])


def test_declared_interests_reach_no_other_list(cold):
    told = {task for task in behind(cold) if isinstance(task, DeclaredInterests)}
    lists = [task for task in behind(cold) if isinstance(task, TagItems)]
    informed = [task for task in lists if told & set(behind(task))]

    assert len(told) == 1
    assert len(informed) == len(KNOWN)
    assert not told & set(behind(cold.products["ranker"]))


def test_as_many_items_are_told_as_asked(cold):
    histories = [task for task in behind(cold) if isinstance(task, ShortHistories)]
    sizes = {task.items: task.output().load().groupby("user_id")["item_id"].nunique() for task in histories}
    assert sizes[0].empty
    assert set(sizes[3]) == {3}


def test_the_second_run_executes_nothing(cold, run):
    del cold
    assert run(ColdStart(**CHEAP)) == []


def test_histories_end_where_the_judged_window_begins(cold):
    known = cold.find(ShortHistories).events.output().load()
    assert (AS_OF - known["at"].max()).total_seconds() >= CHEAP["horizon_hours"] * 3600
