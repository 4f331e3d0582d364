from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pandera.typing import DataFrame

from slipstream.pipelines.knowledge import Knowledge
from slipstream.pipelines.ranking import Ranked, Stage
from slipstream.tasks.cache.address import upstream_first
from slipstream.tasks.data import Before, Between, Users
from slipstream.tasks.recommendation import RankedItems, Ranker
from slipstream.tasks.tables import Recommendation
from tests.pipelines.logs import write
from tests.worlds import moment, two_clubs

AS_OF = datetime(2024, 2, 1, tzinfo=UTC)


class Lists(Ranked[DataFrame[Recommendation]]):
    """Everybody's list."""

    def requires(self) -> dict[str, Any]:
        """Rank."""
        log = self.log()
        stage = Stage(self, Knowledge(self, log, self.as_of), Users(tables=[log.events]), log.answers)
        return {"recommendations": stage.recommendations(self.ranker(log, self.as_of))}


@pytest.fixture
def files(tmp_path):
    return write(two_clubs(), tmp_path / "clubs")


@pytest.fixture
def stage():
    pipeline = Lists(as_of=AS_OF)
    log = pipeline.log()
    return Stage(pipeline, Knowledge(pipeline, log, AS_OF), Users(tables=[log.events]), log.answers)


def hours_before(hours):
    return AS_OF - timedelta(hours=hours)


def test_windows_are_the_newest_first_and_touch_one_another():
    pipeline = Lists(as_of=AS_OF, windows=3, window_hours=12)
    windows = list(pipeline.training_windows(pipeline.log(), AS_OF))
    assert [(window.as_of, window.until) for window in windows] == [
        (hours_before(12), AS_OF),
        (hours_before(24), hours_before(12)),
        (hours_before(36), hours_before(24)),
    ]


def test_each_log_ends_where_its_labels_begin():
    pipeline = Lists(as_of=AS_OF, windows=3, window_hours=12)
    ranker = pipeline.find(Ranker)
    assert len(ranker.features) == len(ranker.labels) == 3
    for number, (features, labels) in enumerate(zip(ranker.features, ranker.labels, strict=True)):
        begin = hours_before(12 * (number + 1))
        assert isinstance(labels.events, Between)
        assert (labels.events.since, labels.events.until) == (begin, hours_before(12 * number))
        assert labels.as_of == labels.events.until
        known = {
            step.as_of
            for step in upstream_first(features, lambda step: step.deps())
            if hasattr(step, "as_of") and not isinstance(step, Before)
        }
        assert known == {begin}


def test_what_a_window_knows_happened_before_what_it_learns(build, files):
    now = moment(18).to_pydatetime()
    pipeline = Lists(as_of=now, windows=3, window_hours=5, **files)
    for number, window in enumerate(pipeline.training_windows(pipeline.log(), now)):
        known, later = build(window.log.events), build(window.later)
        assert known["at"].max() == moment(18 - 5 * (number + 1) - 1)
        assert (later["at"].min(), later["at"].max()) == (
            moment(18 - 5 * (number + 1)),
            moment(18 - 5 * number - 1),
        )


@pytest.mark.parametrize("by", ["time", "last", "random", "events", "items"])
def test_a_held_out_share_is_learnt_from_and_never_known(build, files, by):
    pipeline = Lists(as_of=AS_OF, learn_by=by, windows=2, share=0.4, **files)
    log = pipeline.log()
    first, second = list(pipeline.training_windows(log, AS_OF))
    everything = set(build(log.events)[["user_id", "item_id"]].itertuples(index=False, name=None))
    for window, before in ((first, everything), (second, None)):
        known, later = (
            set(build(table)[["user_id", "item_id"]].itertuples(index=False, name=None))
            for table in (window.log.events, window.later)
        )
        assert later
        assert not known & later
        assert before is None or known | later == before


def test_the_ranker_learns_on_known_people_only(files):
    ranker = Lists(as_of=AS_OF, windows=1, training_users=2, **files).find(Ranker)
    [features] = ranker.features
    [users] = {
        step for step in upstream_first(features, lambda step: step.deps()) if type(step).__name__ == "SampledUsers"
    }
    assert users.size == 2
    assert users.users.tables == (ranker.labels[0].events,)


def test_people_without_a_history_are_served_by_interest_then_trend_then_popularity():
    pipeline = Lists(as_of=AS_OF, candidate_sources=("knn", "trending_6h"))
    assert [source.source for source in pipeline.find(RankedItems).fallbacks] == ["tags", "trending_6h", "popular"]


def test_a_reason_may_name_the_neighbours_that_proposed():
    named = Lists(as_of=AS_OF, candidate_sources=("knn", "popular", "ease")).products["recommendations"].neighbours
    assert [type(task).__name__ for task in named] == ["KnnNeighbours", "EaseNeighbours"]


def test_an_incumbent_that_is_no_source_is_refused():
    pipeline = Lists(as_of=AS_OF, candidate_sources=["popular"], incumbent="knn")

    with pytest.raises(ValueError, match=r"incumbent 'knn'.*popular"):
        pipeline.requires()
