"""Tags and vectors of both sides, brought together."""

import numpy as np
import pandas as pd
import pytest
from tasks.push.matching import match_tags, match_vectors

from slipstream.tasks.tables import ItemTagScore, UserTagScore
from slipstream.tasks.vectors import ItemEmbedding, UserEmbedding
from tasks.tables import Push

SENT = Push.validate(
    pd.DataFrame({"user_id": ["ann", "bob", "new"], "item_id": ["a", "a", "a"], "kind": "ignored"}).assign(
        at=pd.Timestamp("2024-04-11T08:00:00+00:00")
    )
)


def test_a_common_tag_counts_by_both_scores():
    article = pd.DataFrame({"item_id": ["a", "a"], "tag": ["x", "y"], "score": [0.8, 0.6], "evidence": ""})
    reader = pd.DataFrame({"user_id": ["ann", "bob"], "tag": ["x", "z"], "score": [0.5, 1.0], "evidence": ""})
    found = match_tags(SENT, ItemTagScore.validate(article), UserTagScore.validate(reader)).set_index("user_id")
    assert found.loc["ann", "tags__sum"] == pytest.approx(0.4)
    assert found.loc["ann", "tags__best"] == pytest.approx(0.4)
    assert found.loc["ann", "tags__cosine"] == pytest.approx(0.8)
    assert found.loc["bob", ["tags__sum", "tags__cosine"]].tolist() == [0, 0]
    assert found.loc["new", ["tags__sum", "tags__best", "tags__cosine"]].isna().all()


def test_vectors_are_compared_space_by_space():
    articles = ItemEmbedding(pd.Index(["a"]), np.array([[2, 0]], np.float32))
    readers = UserEmbedding(pd.Index(["ann", "bob"]), np.array([[3, 0], [0, 1]], np.float32))
    near = match_vectors(SENT, [readers, readers], [articles, articles], names=("one", "two")).set_index("user_id")
    assert near["one__cosine"].tolist()[:2] == [1, 0]
    assert np.isnan(near.loc["new", "one__cosine"])
    assert near["two__cosine"].equals(near["one__cosine"].rename("two__cosine"))
