from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from slipstream.tasks import user_blocks
from slipstream.tasks.recommendation.features import ranking_features
from slipstream.tasks.tables import (
    Candidate,
    Interaction,
    Item,
    ItemTagScore,
    RankingFeature,
    UserTagScore,
    columns,
    empty,
)
from slipstream.tasks.vectors import ItemEmbedding
from tests.worlds import AS_OF, table

POOL = table(
    Candidate,
    [
        ("u", "b", "knn", 1, 4.0),
        ("u", "c", "knn", 2, 1.0),
        ("u", "b", "popular", 2, 5.0),
        ("u", "a", "popular", 1, 10.0),
        ("v", "a", "popular", 1, 10.0),
    ],
)
TRACES = table(
    Interaction,
    [
        ("u", "x", 2.0, "medium", "like", AS_OF - timedelta(hours=3)),
        ("v", "b", 1.0, "weak", "view", AS_OF - timedelta(minutes=20)),
        ("w", "a", 1.0, "weak", "view", AS_OF - timedelta(hours=2)),
        ("w", "b", 1.0, "weak", "view", AS_OF - timedelta(hours=2)),
        ("w", "c", -1.0, "weak", "dislike", AS_OF - timedelta(minutes=1)),
    ],
)
ITEM_TAGS = table(ItemTagScore, [("b", "noir", 0.5, ""), ("b", "jazz", 0.5, ""), ("c", "noir", 0.2, "")])
USER_TAGS = table(UserTagScore, [("u", "noir", 0.8, ""), ("u", "jazz", 0.4, ""), ("u", "opera", 1.0, "")])
EMBEDDING = ItemEmbedding(pd.Index(["a", "b", "x"]), np.array([[0, 1], [3, 4], [2, 0]], np.float32))


def scored(pool, **columns):
    """Describe the pairs of a pool, in order, by columns of one value."""
    pairs = pool[["user_id", "item_id"]].drop_duplicates().sort_values(["user_id", "item_id"], ignore_index=True)
    return pairs.assign(**{name: np.float32(value) for name, value in columns.items()})


def features(pool=POOL, traces=TRACES, items=None, embeddings=(EMBEDDING,), scores=None, **knobs):
    items = empty(Item) if items is None else items
    scores = scored(pool) if scores is None else scores
    found = ranking_features([pool], traces, items, ITEM_TAGS, USER_TAGS, embeddings, [scores], as_of=AS_OF, **knobs)
    return pd.concat(found).set_index(["user_id", "item_id"])


def test_blocks_do_not_show(monkeypatch):
    monkeypatch.setattr(user_blocks, "ROWS", 1)
    pool, scores = POOL.sort_values(["user_id", "item_id"], ignore_index=True), scored(POOL, other__thing=2)
    tables = TRACES, empty(Item), ITEM_TAGS, USER_TAGS, [EMBEDDING]
    blocks = [pool[start : start + 2] for start in range(0, len(pool), 2)]
    found = [*ranking_features(blocks, *tables, [scores[:3], scores[3:]], as_of=AS_OF)]
    assert [len(block) for block in found] == [3, 1]
    assert_frame_equal(pd.concat(found).set_index(["user_id", "item_id"]), features(scores=scores), check_exact=True)


def test_every_pair_of_the_pool_has_one_row_in_order():
    assert list(features().index) == [("u", "a"), ("u", "b"), ("u", "c"), ("v", "a")]


def test_sources_speak_by_rank_and_share_of_the_users_best():
    of = features()
    assert of.loc[("u", "b"), ["source_knn__rank", "source_knn__share"]].tolist() == [1, 1]
    assert of.loc[("u", "c"), ["source_knn__rank", "source_knn__share"]].tolist() == [0.5, 0.25]
    assert of.loc[("u", "a"), ["source_knn__rank", "source_knn__share"]].tolist() == [0, 0]
    assert of["agreement__count"].tolist() == [1, 2, 1, 1]
    assert of.loc[("u", "b"), "agreement__share"] == pytest.approx((1 + 0.5) / 2)


def test_scores_of_the_whole_pool_come_before_those_of_what_a_source_proposes():
    of = features(scores=scored(POOL, source_knn__share=0.25, other__thing=2))
    assert of["source_knn__share"].tolist() == [0.25] * 4
    assert of["other__thing"].tolist() == [2] * 4
    assert of.loc[("u", "a"), "source_knn__rank"] == 0


def test_scores_of_another_pool_are_refused():
    with pytest.raises(ValueError, match="1 scored pairs more than the pool has"):
        features(scores=pd.concat([scored(POOL), scored(POOL)[:1]]))
    with pytest.raises(ValueError, match="3 scored pairs are not the 4 of the pool"):
        features(scores=scored(POOL).head(3))


def test_popularity_is_relative_within_a_window():
    of = features(window_hours=[1, 24]).loc["u"]
    assert of["popular__share_1h"].tolist() == [0, 1, 0]
    assert of["popular__share_24h"].tolist() == [0.5, 1, 0]
    assert of["popular__rank_24h"].tolist() == [0.5, 1, 0]
    assert of.loc["b", "trending__ratio_1h"] == pytest.approx(0)
    assert of.loc["a", "trending__ratio_1h"] < -3


def test_doubling_all_traces_changes_no_item_feature():
    twice = pd.concat([TRACES, TRACES], ignore_index=True)
    of_items = [
        name for name in features() if name.startswith(("popular__share", "popular__rank", "trending", "fresh"))
    ]
    pd.testing.assert_frame_equal(features(traces=twice)[of_items], features()[of_items])


def test_age_is_that_of_the_publication_or_of_the_first_trace():
    items = table(Item, [("a", "A", "", None, AS_OF - timedelta(hours=9))])
    of = features(items=items).loc["u"]
    assert of.loc["a", "fresh__age"] == pytest.approx(np.log(10))
    assert of.loc["b", "fresh__age"] == pytest.approx(np.log(3))
    assert of.loc["a", "trending__last"] == pytest.approx(np.log(3))


def test_tags_multiply_what_the_user_likes_with_what_the_item_is():
    of = features().loc["u"]
    assert of["tags__sum"].tolist() == pytest.approx([0, 0.6, 0.16])
    assert of["tags__best"].tolist() == pytest.approx([0, 0.4, 0.16])
    assert of["tags__share"].tolist() == pytest.approx([0, 1, 0.16 / 0.6])
    assert of.loc["c", "tags__cosine"] == pytest.approx(0.8 / np.sqrt(0.8**2 + 0.4**2 + 1))


def test_vectors_are_compared_with_what_the_user_touched():
    of = features()
    assert of.loc["u", "embedding_0__recent"].tolist() == pytest.approx([0, 0.6, 0])
    assert of.loc[("v", "a"), "embedding_0__all"] == pytest.approx(0.8)


def test_a_trace_from_the_future_is_refused():
    late = table(Interaction, [("u", "b", 1.0, "strong", "like", AS_OF)])
    with pytest.raises(ValueError, match=r"1 of 6 interactions are not before as_of .* item 'b'"):
        features(traces=pd.concat([TRACES, late], ignore_index=True))


def test_a_source_that_cannot_name_a_column_is_refused():
    with pytest.raises(ValueError, match="source 'a:b' cannot name a feature"):
        features(pool=POOL.assign(source="a:b").drop_duplicates(["user_id", "item_id"]))


def test_columns_are_float32_and_grouped():
    of = features()
    assert set(of.dtypes.astype(str)) == {"float32"}
    assert all(name.count("__") == 1 for name in of)
    assert np.isfinite(of.to_numpy()).all()


@pytest.mark.parametrize("seed", [1, 2])
def test_order_of_rows_does_not_matter_and_nothing_is_changed(seed):
    pool, traces = POOL.sample(frac=1, random_state=seed), TRACES.sample(frac=1, random_state=seed)
    before = pool.copy(), traces.copy()
    pd.testing.assert_frame_equal(features(pool, traces), features())
    pd.testing.assert_frame_equal(pool, before[0])
    pd.testing.assert_frame_equal(traces, before[1])


def test_no_history_still_gives_features():
    of = features(traces=empty(Interaction), embeddings=())
    assert len(of) == 4
    assert np.isfinite(of.to_numpy()).all()


def test_an_empty_pool_gives_an_empty_table():
    found = features(empty(Candidate)).reset_index()
    assert len(found) == 0
    assert list(found)[:2] == columns(RankingFeature)
