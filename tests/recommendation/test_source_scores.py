"""What sources say of candidates that they do not propose themselves."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from slipstream.tasks import user_blocks
from slipstream.tasks.recommendation.nearest import embedding_items
from slipstream.tasks.recommendation.neighbours import neighbour_items, transition_items
from slipstream.tasks.recommendation.source_scores import source_scores
from slipstream.tasks.tables import Candidate, CatalogueItem, Interaction, Neighbour, User, empty
from slipstream.tasks.vectors import ItemEmbedding, UserEmbedding
from tests.worlds import AS_OF, joined, table

POOL = table(
    Candidate, [("u", item, "popular", rank, 1.0) for rank, item in enumerate("xyz", 1)] + [("v", "x", "knn", 1, 1.0)]
)
TRACES = table(
    Interaction,
    [
        ("u", "a", 2.0, "medium", "like", AS_OF - timedelta(hours=3)),
        ("u", "b", 1.0, "medium", "like", AS_OF - timedelta(hours=2)),
    ],
)
NEAR = table(Neighbour, [("a", "x", 1.0), ("a", "y", 3.0), ("b", "x", 2.0), ("b", "unknown", 9.0)])
PEOPLE = UserEmbedding(pd.Index(["u"]), np.array([[1, 0]], np.float32))
PLACES = ItemEmbedding(pd.Index(["x", "y"]), np.array([[2, 0], [-2, 5]], np.float32))


def scores(pool=POOL, traces=TRACES, fading=None):
    spaces = {"als": (PEOPLE, PLACES)}
    found = source_scores([pool], [traces], {"knn": NEAR, "transitions": NEAR}, spaces, fading=fading or {})
    return pd.concat(found).set_index(["user_id", "item_id"])


def test_blocks_do_not_show(monkeypatch):
    monkeypatch.setattr(user_blocks, "ROWS", 1)
    spaces, fading = {"als": (PEOPLE, PLACES)}, {"transitions": {"recent": 20, "decay": 0.25}}
    blocks = [POOL[:2], POOL[2:]]
    found = [*source_scores(blocks, [TRACES], {"knn": NEAR, "transitions": NEAR}, spaces, fading=fading)]
    assert [len(block) for block in found] == [3, 1]
    assert_frame_equal(pd.concat(found).set_index(["user_id", "item_id"]), scores(fading=fading), check_exact=True)


def test_every_candidate_is_scored_by_what_its_user_touched():
    assert scores()["source_knn__share"].tolist() == pytest.approx([4 / 6, 1, 0, 0])


def test_where_a_source_fades_the_newest_trace_speaks_loudest():
    of = scores(fading={"transitions": {"recent": 20, "decay": 0.25}})
    assert of["source_transitions__share"].tolist() == pytest.approx([1, 1.5 / 2.5, 0, 0])
    assert of["source_knn__share"].tolist() == pytest.approx([4 / 6, 1, 0, 0])


def test_vectors_multiply_and_the_least_fitting_candidate_has_zero():
    assert scores()["source_als__share"].tolist() == pytest.approx([1, 0, 0.5, 0])


def test_a_source_agrees_with_what_it_proposes_itself():
    people, wares = table(User, [("u",), ("v",)]), table(CatalogueItem, [("x",), ("y",), ("z",)])
    fading = {"recent": 20, "decay": 0.5}
    proposed = {
        "knn": joined(neighbour_items(NEAR, TRACES, people, wares, top=9, source="knn")),
        "transitions": joined(transition_items(NEAR, TRACES, people, wares, top=9, source="transitions", **fading)),
        "als": joined(embedding_items(PEOPLE, PLACES, TRACES, people, wares, cosine=False, top=9, source="als")),
    }
    of = scores(fading={"transitions": fading}).loc["u"]
    for name, found in proposed.items():
        order = of[f"source_{name}__share"].loc[found["item_id"]]
        assert order.is_monotonic_decreasing
        assert order.iloc[0] == 1


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_does_not_matter(seed):
    mixed = scores(POOL.sample(frac=1, random_state=seed), TRACES.sample(frac=1, random_state=seed))
    pd.testing.assert_frame_equal(mixed, scores())


def test_nobody_and_nothing_is_scored():
    assert len(scores(empty(Candidate))) == 0
    assert scores(traces=empty(Interaction))["source_knn__share"].tolist() == [0, 0, 0, 0]
