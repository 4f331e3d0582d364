import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipstream.tasks.tables import ItemTag, ItemTagScore, TagFeature, TagJudgement, TagMention, columns, empty
from slipstream.tasks.tagging.scores import add_given, score_item_tags
from tests.tagging.cases import TAGS, catalogue, described, embedding
from tests.worlds import table

NOT_ASKED = empty(TagJudgement)


def scored(items, item_tags, **knobs):
    features = described(items, item_tags)
    return score_item_tags(features, items, item_tags, NOT_ASKED, [], [embedding(items)], **knobs)


def test_the_missing_tag_of_a_club_comes_before_the_others():
    items, item_tags = catalogue(120)
    scores = scored(items, item_tags, threshold=0.0, top=10).set_index(["item_id", "tag"])["score"]
    for item in items["item_id"]:
        others = [tag for club, tags in TAGS.items() if club != item[:-2] for tag in tags]
        assert min(scores[item, tag] for tag in TAGS[item[:-2]]) > max(scores.get((item, tag), 0) for tag in others)


def test_a_given_tag_beats_the_same_tag_not_given():
    items, item_tags = catalogue(120)
    scores = scored(items, item_tags, threshold=0.0)
    key = pd.MultiIndex.from_frame(item_tags[["item_id", "tag"]])
    own = scores[[tag in TAGS[item[:-2]] for item, tag in zip(scores["item_id"], scores["tag"], strict=True)]]
    was_given = pd.MultiIndex.from_frame(own[["item_id", "tag"]]).isin(key)
    assert own.loc[was_given, "score"].mean() > own.loc[~was_given, "score"].mean() + 0.1


def test_top_and_threshold_bound_the_table():
    items, item_tags = catalogue(120)
    scores = scored(items, item_tags, threshold=0.5, top=2)
    assert scores.groupby("item_id").size().max() == 2
    assert scores["score"].min() >= 0.5
    assert (scores.groupby("item_id")["score"].diff().fillna(0) <= 0).all()


def test_mentions_alone_are_enough():
    items, _ = catalogue(4)
    features = described(items, empty(ItemTag), mentions=table(TagMention, [("heart00", "pulse", "title", 1)]))
    scores = score_item_tags(features, items, empty(ItemTag), NOT_ASKED, [], [])
    assert scores[["item_id", "tag", "evidence"]].to_numpy().tolist() == [
        ["heart00", "pulse", "mentioned 1 time in the title"]
    ]
    assert scores["score"].item() > 0.5


@given(st.floats(0, 1), st.integers(0, 20), st.floats(0.01, 0.99))
def test_given_tags_raise_a_probability(probability, support, reliability):
    raised = add_given(np.array([probability]), np.array([float(support)]), reliability)[0]
    assert probability - 1e-12 <= raised <= 1
    assert raised >= add_given(np.array([probability]), np.array([0.0]), reliability)[0]


def test_one_person_is_as_reliable_as_said():
    assert add_given(np.zeros(1), np.ones(1), 0.7) == pytest.approx(0.7)


def test_nothing_gives_nothing():
    items, item_tags = catalogue(4)
    found = score_item_tags(empty(TagFeature), items, item_tags, NOT_ASKED, [], [])
    assert found.empty
    assert list(found.columns) == columns(ItemTagScore)
