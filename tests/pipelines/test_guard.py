"""A world in which no ranker can beat one of its sources."""

import pytest

from slipstream import conf
from slipstream.pipelines import Recommend
from slipstream.pipelines.route import Route
from slipstream.tasks.recommendation.guard import BLEND, RANKER
from slipstream.tasks.recommendation.tracing import trace
from slipstream.telling import lines
from tests.pipelines.logs import write
from tests.worlds import article, build, moment

RING, LENGTH = 12, 6


def ring():
    """Each of 60 users walks six steps around a ring of items: what comes next is always the neighbour."""
    items = [article(f"heart{place:02}", "heart") for place in range(RING)]
    walks = [
        (f"u{user:02}", f"heart{(user + step) % RING:02}", "like", moment(user + 100 * step))
        for user in range(60)
        for step in range(LENGTH)
    ]
    return build(walks, items, [(item[0], "heart") for item in items])


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("ring")


@pytest.fixture
def served(home, run):
    """Recommend from the ring, by the source that is always right and by one that knows nothing of order."""
    conf.set_workspace(home / "made")
    options = {"candidate_sources": ("popular", "transitions"), "learn_by": "time", "top": 3}
    pipeline = Recommend(as_of=moment(1000).to_pydatetime(), **options, **write(ring(), home / "files"))
    run(pipeline)
    return pipeline


def test_the_best_single_source_is_served_and_named(served):
    ranker, lists = (served.products[name].output().load() for name in ("ranker", "recommendations"))
    means = ranker.validation[ranker.validation["baseline"].isna()].set_index("source")["value"]
    leads = ranker.validation[ranker.validation["baseline"] == "transitions"].set_index("source")

    assert (ranker.serve, means["transitions"]) == ("transitions", pytest.approx(1))
    assert set(leads.index) == {RANKER, BLEND}
    assert (leads["low"] <= 0).all()
    assert set(lists["source"]) <= {"transitions", "popular"}
    first = lists[lists["rank"] == 1].set_index("user_id")
    assert set(first["source"]) == {"transitions"}
    assert all(first["item_id"][f"u{user:02}"] == f"heart{(user + LENGTH) % RING:02}" for user in range(60))


def test_why_says_that_one_source_is_served(served):
    stages = Route.to(served.products["recommendations"]).load()
    told = "\n".join(lines(trace("u00", "heart07", stages), stages.rules, {}))

    assert "transitions alone is served, the guard found no rival better" in told
