"""The recipes: what they take from slipstream, and what they change."""

from datetime import datetime
from itertools import pairwise
from pathlib import Path

from pipelines import Push, PushRecommend
from slipstream import conf, graph, recipes
from slipstream.pipelines import Recommend


def tasks(pipeline):
    """The tasks of a graph by their keys."""
    pipeline.make_unique_id()
    return {step.task.make_unique_id(): type(step.task).__name__ for step in graph.steps(pipeline)}


def test_every_option_of_the_ini_is_read_by_something():
    found = recipes.find_pipelines(["pipelines"])
    assert {"Push", "PushRecommend", "Recommend"} <= set(found)
    assert [problem for path in Path("conf").glob("*.ini") for problem in conf.problems(path, found)] == []


def test_features_are_the_products_of_the_nightly_run():
    night = Push().windows()[-1]
    nightly = Recommend(as_of=datetime.fromisoformat("2024-04-24T15:00:00+00:00")).products
    tags, vectors = night.features["tags"], night.features["vectors"]
    taken = {
        "item_tags": tags.item_tags,
        "user_tags": tags.user_tags,
        "item_embedding": vectors.items[0],
        "user_embedding": vectors.users[0],
    }
    keys = {name: task.make_unique_id() for name, task in taken.items()}
    assert keys == {name: nightly[name].make_unique_id() for name in taken}
    assert vectors.items[1].make_unique_id() == nightly["item_embedding"].content.make_unique_id()


def test_what_describes_a_push_was_known_before_it():
    windows = Push().windows()
    for night, following in pairwise(windows):
        assert night.until == following.recommend.as_of
    for night in windows:
        for features in night.features.values():
            assert features.pushes.since == night.recommend.as_of
        assert night.features["history"].earlier.as_of == night.recommend.as_of


def test_one_task_in_the_recipe_is_ours_and_the_rest_is_shared():
    theirs, ours = tasks(Recommend(windows=1)), tasks(PushRecommend(windows=1))
    assert sorted(ours[key] for key in set(ours) - set(theirs)) == [
        "HeadlineEmbedding",
        "JoinedItemEmbedding",
        "PooledUserEmbedding",
    ]
    assert sorted(theirs[key] for key in set(theirs) - set(ours)) == ["PooledUserEmbedding"]


def test_the_vectors_hold_the_headlines_too(build):
    pipeline = PushRecommend(as_of=datetime.fromisoformat("2024-04-10T15:00:00+00:00"), windows=1)
    joined = build(pipeline.products["item_embedding"])
    parts = [build(part) for part in pipeline.products["item_embedding"].parts]
    assert joined.size == sum(part.size for part in parts)


def test_the_products_have_names():
    assert list(Push().products) == ["quality", "scores", "model"]
