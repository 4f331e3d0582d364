from datetime import UTC, datetime
from typing import Any

import pytest

from slipstream.pipelines.backtest import Backtest
from slipstream.pipelines.ranking import Stage
from slipstream.pipelines.sources import Sources
from slipstream.tasks.data import Users
from slipstream.tasks.recommendation import RankingFeatures
from slipstream.tasks.tables import Candidate
from tests.pipelines.logs import write
from tests.worlds import two_clubs

AS_OF = datetime(2024, 2, 1, tzinfo=UTC)
LEARNT = (
    "transitions",
    "transitions_near",
    "transitions_far",
    "ease",
    "ease_tags",
    "edlae",
    "edlae_tags",
    "knn",
    "als",
    "ials",
    "ials_tags",
    "sasrec",
)
NAMES = (*LEARNT, "popular", "fresh", "trending_24h", "trending_6h", "trending_1.5h", "popular_6h", "tags", "content")


def sources(**parameters: Any) -> Sources:
    pipeline = Backtest(as_of=AS_OF, **parameters)
    log = pipeline.log()
    return Stage(pipeline, pipeline.knowledge(log, AS_OF), Users(tables=[log.events]), log.answers).sources


@pytest.mark.parametrize("name", NAMES)
def test_every_source_proposes_candidates_under_its_name(name):
    source = sources().source(name)
    assert source.row is Candidate
    assert source.source == name


@pytest.mark.parametrize("name", ["populer", "trending_24", "trending_soonh", "trending_-1h", ""])
def test_an_unknown_source_lists_the_known_ones(name):
    with pytest.raises(ValueError, match=f"no source '{name}'") as caught:
        sources().source(name)
    for known in (*LEARNT, "popular", "fresh", "tags", "trending_<hours>h"):
        assert known in str(caught.value)


@pytest.mark.parametrize("name", ["ease", "ease_tags", "edlae", "edlae_tags", "als", "ials", "ials_tags", "content"])
def test_the_missing_item_of_the_club_comes_first(build, tmp_path, name):
    world = two_clubs()
    small = {"ease": {"regularisation": 1}, "edlae": {"regularisation": 1}, "als": {"size": 2}, "ials": {"size": 2}}
    small |= {"ials_tags": {"size": 2}, "ease_tags": {"regularisation": 1}, "edlae_tags": {"regularisation": 1}}
    found = build(sources(knobs=small, **write(world, tmp_path / "clubs")).source(name))
    assert found[found["rank"] == 1].set_index("user_id")["item_id"].to_dict() == world.right


def test_knobs_come_before_what_is_usual():
    usual, other = sources(), sources(knobs={"edlae": {"dropout": 0.2, "top": 7}, "als": {"size": 8}})
    assert (usual.neighbours["edlae"].dropout, usual.neighbours["ease"].dropout) == (0.5, 0)
    assert (other.neighbours["edlae"].dropout, other.neighbours["edlae"].top) == (0.2, 7)
    assert (usual.factors["als"].size, other.factors["als"].size) == (64, 8)
    assert usual.neighbours["ease"].make_unique_id() == other.neighbours["ease"].make_unique_id()


def test_what_trends_fades_within_its_window_and_what_is_popular_does_not():
    trending, popular = sources().source("trending_6h"), sources().source("popular_6h")
    assert (trending.window_hours, trending.half_life_hours) == (6, 3)
    assert (popular.window_hours, popular.half_life_hours) == (6, 0)


def test_what_items_say_may_have_a_space_of_its_own_size():
    assert sources().themes == sources().known.themes
    assert sources(knobs={"content": {"size": 8}}).source("content").item_embedding.parts[0].size == 8


def test_self_attention_is_one_more_space_with_knobs():
    learnt = sources(knobs={"sasrec": {"size": 8, "epochs": 3}}).factors["sasrec"]
    assert (type(learnt).__name__, learnt.size, learnt.epochs, learnt.seed) == ("AttentionFactors", 8, 3, 0)


def test_transitions_fade_on_demand():
    assert sources().neighbours["transitions"].half_life_hours == 0
    knobs = {"transitions": {"half_life_hours": 5.0}}
    assert sources(knobs=knobs).neighbours["transitions"].half_life_hours == 5


def test_transitions_start_from_so_many_recent_traces():
    source = sources(knobs={"transitions": {"recent": 7, "decay": 0.5}})
    proposing = source.source("transitions")
    assert (proposing.recent, proposing.decay, source.neighbours["transitions"].decay) == (7, 0.5, 0.5)
    assert (sources().source("transitions").recent, sources().source("transitions").decay) == (20, 0.9)


def test_transitions_have_three_horizons():
    usual = sources()
    windows = {name: usual.neighbours[name].window for name in usual.fading}
    assert windows == {"transitions_near": 3, "transitions": 20, "transitions_far": 60}
    assert {name: usual.source(name).recent for name in windows} == windows


def test_every_source_that_learnt_something_scores_the_whole_pool(build, tmp_path):
    names = (*LEARNT, "popular", "tags")
    pipeline = Backtest(candidate_sources=names, learn_by="time", as_of=AS_OF, **write(two_clubs(), tmp_path / "clubs"))
    features = pipeline.find(RankingFeatures)
    assert features.scores.names == LEARNT
    found = build(features.scores)
    assert set(found.columns) - {"user_id", "item_id"} == {f"source_{name}__share" for name in LEARNT}
    assert len(found) == len(build(features.pool)[["user_id", "item_id"]].drop_duplicates())
    assert build(features)["source_ials__share"].tolist() == found["source_ials__share"].tolist()


def test_knobs_of_what_learns_nothing_are_refused():
    learners = (
        "als, content, ease, ease_tags, edlae, edlae_tags, ials, ials_tags, knn, sasrec, "
        "transitions, transitions_far, transitions_near"
    )
    with pytest.raises(ValueError, match=rf"'popular' has knobs; .*{learners}"):
        sources(knobs={"popular": {"top": 3}})


def test_every_factorisation_used_is_a_space_for_features():
    pipeline = Backtest(as_of=AS_OF, candidate_sources=("ials", "popular", "als"), learn_by="time")
    names = [type(task.factors).__name__ for task in pipeline.find(RankingFeatures).embeddings]
    assert names == ["IalsFactors", "AlsFactors"]


@pytest.mark.parametrize("name", ["als", "ials", "sasrec", "content"])
def test_how_vectors_are_searched_is_set_for_all_of_them(name):
    usual, threaded = sources().source(name), sources(nearest={"threads": 2, "megabytes": 64}).source(name)
    near = sources(nearest={"probes": 9}).source(name)
    assert (threaded.threads, threaded.megabytes, near.probes) == (2, 64, 9)
    assert usual.make_unique_id() == threaded.make_unique_id() != near.make_unique_id()
