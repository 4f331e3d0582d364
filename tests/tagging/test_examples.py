import numpy as np
import pandas as pd

from slipstream.tasks.tables import ItemTag, TagJudgement, TagMention, empty
from slipstream.tasks.tagging.examples import draw_examples, read_pairs
from tests.tagging.cases import catalogue, described
from tests.worlds import table

NOT_ASKED = empty(TagJudgement)


def test_people_are_counted_once_and_editors_not():
    items, _ = catalogue(4)
    rows = [("heart00", "pulse", 1.0, "u", None)] * 2 + [
        ("heart00", "pulse", 1.0, None, None),
        ("gone", "x", 1.0, "u", None),
    ]
    pairs = read_pairs(items, table(ItemTag, rows), empty(TagMention), NOT_ASKED, folds=2, seed=0)
    assert pairs.tags.tolist() == ["pulse"]
    assert pairs.people.toarray().sum() == 1
    assert pairs.support.toarray().sum() == 3
    assert np.bincount(pairs.fold).tolist() == [2, 2]


def test_a_forgotten_tag_is_one_of_the_items():
    items, item_tags = catalogue()
    pairs = read_pairs(items, item_tags, empty(TagMention), NOT_ASKED, folds=5, seed=0)
    assert (pairs.given.toarray()[np.arange(len(items)), pairs.forgotten] > 0).all()


def test_contrasts_shuffle_given_tags_among_items_that_lack_them():
    items, item_tags = catalogue()
    asked = table(TagJudgement, [("heart00", "mole", 5.0, None)])
    pairs = read_pairs(items, item_tags, empty(TagMention), asked, folds=5, seed=0)
    contrasts = pairs.contrasts.toarray()
    assert contrasts.sum() > 20
    assert not (contrasts * (pairs.support + pairs.judged).toarray()).any()


def test_examples_are_bounded_and_stand_for_what_was_left_out():
    items, item_tags = catalogue()
    features = described(items, item_tags)
    drawn = draw_examples(features, positives=10, negatives=2, fewest=5, seed=0)
    assert drawn["label"].sum() == 10
    assert len(drawn) == 30
    assert (features["given"].to_numpy()[drawn["position"]] == drawn["label"]).all()
    proposed = features["proposed"] > 0
    assert np.isclose(drawn["weight"].sum(), proposed.sum())


def test_editors_teach_only_where_people_do_not():
    items, item_tags = catalogue()
    editors = table(ItemTag, [(item, "news", 1.0, None, None) for item in items["item_id"][:20]])
    mixed = described(items, pd.concat([item_tags, editors]))
    position = draw_examples(mixed, positives=999, negatives=9, fewest=5, seed=0)["position"]
    assert not ((mixed["tag"] == "news") & (mixed["given"] == 1)).to_numpy()[position].any()
    alone = described(items, editors)
    assert draw_examples(alone, positives=999, negatives=9, fewest=5, seed=0)["label"].sum() == 20
