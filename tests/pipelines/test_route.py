from datetime import timedelta

import gokart
import pytest

from slipstream.pipelines import Recommend
from slipstream.pipelines.route import Route
from slipstream.tasks.recommendation import Catalogue, DiverseItems, RankedItems
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
    pipeline = clubs(top=3, rules=[{"hide": ["skin1"]}], active_days=9)
    route = Route.to(pipeline.products["recommendations"])
    assert list(route.sources) == ["popular", "knn", "tags"]
    assert list(route.fallbacks) == ["tags", "popular"]
    assert route.ranked is pipeline.find(RankedItems)
    assert (route.diverse, route.catalogue.as_of) == (None, pipeline.as_of)
    assert isinstance(route.catalogue, Catalogue)
    rules = route.rules()
    assert (rules.top, rules.active_days, rules.quotas) == (3, 9, {})
    assert [task.rules for task in route.ranked.refusals] == [pipeline.rules]


def test_a_route_passes_the_choice_and_the_pins(clubs):
    pins = [{"pin": "skin1", "rank": 2}]
    route = Route.to(clubs(quotas={"heart": 2}, rules=pins, top=4).products["recommendations"])
    assert isinstance(route.diverse, DiverseItems)
    assert isinstance(route.ranked, RankedItems)
    assert (route.ranked.top, route.rules().top, dict(route.rules().quotas)) == (20, 4, {"heart": 2})


def test_all_that_is_loaded_is_among_the_tasks(clubs):
    pipeline = clubs(top=5, diversity=0.1, rules=[{"hide": ["skin1"]}, {"pin": "heart4"}])
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
