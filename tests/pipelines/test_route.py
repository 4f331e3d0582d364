from datetime import timedelta

import gokart
import pytest

from slipstream.pipelines import Recommend
from slipstream.pipelines.route import Route
from slipstream.tasks.recommendation import Catalogue, RankedItems, SpreadItems
from slipstream.tasks.recommendation.tracing import Outcome, trace
from tests.pipelines.logs import write
from tests.worlds import moment, newcomer


@pytest.fixture
def clubs(tmp_path):
    """Recommendations for the two clubs and a newcomer."""
    options = {"candidate_sources": ("popular", "knn", "tags"), "learn_by": "time", "candidates": 5}
    as_of = moment(100).to_pydatetime()
    return lambda **knobs: Recommend(as_of=as_of, **options, **write(newcomer(), tmp_path / "clubs"), **knobs)


def test_a_route_names_the_task_of_each_stage(clubs):
    pipeline = clubs(top=3, hidden=("skin1",), active_days=9)
    route = Route.to(pipeline.products["recommendations"])
    assert list(route.sources) == ["popular", "knn", "tags"]
    assert list(route.fallbacks) == ["tags", "popular"]
    assert route.ranked is pipeline.find(RankedItems)
    assert (route.spread, route.catalogue.as_of) == (None, pipeline.as_of)
    assert isinstance(route.catalogue, Catalogue)
    rules = route.rules()
    assert (rules.top, rules.hidden, rules.active_days, rules.per_tag) == (3, ("skin1",), 9, 0)


def test_a_route_passes_the_spread_over_tags(clubs):
    route = Route.to(clubs(per_tag=2).products["recommendations"])
    assert isinstance(route.spread, SpreadItems)
    assert isinstance(route.ranked, RankedItems)
    assert route.rules().per_tag == 2


def test_all_that_is_loaded_is_among_the_tasks(clubs):
    pipeline = clubs(top=5)
    route = Route.to(pipeline.products["recommendations"])
    assert not any(task.complete() for task in route.tasks())
    gokart.build(pipeline, reset_register=False)
    assert all(task.complete() for task in route.tasks())
    for task in set(pipeline.deps()) - set(route.tasks()):
        task.output().remove()
    stages = route.load()
    assert stages.rules.as_of - timedelta(hours=100) == moment(0)
    assert trace("new", "heart5", stages).outcome == Outcome.SHOWN
    assert trace("h1", "heart2", stages).outcome == Outcome.SEEN
