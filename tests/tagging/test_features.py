import numpy as np
import pandas as pd

from slipstream.tasks.tables import Item, ItemTag, TagJudgement, TagMention, TermWeight, empty
from slipstream.tasks.tagging.features import describe_pairs
from tests.tagging.cases import TAGS, catalogue, described, embedding
from tests.worlds import table

SUPPORT = ["given", "people", "support"]


def test_the_label_of_an_item_is_not_in_its_features():
    items, item_tags = catalogue()
    blind = item_tags[(item_tags["item_id"] != "heart03") | (item_tags["tag"] != "valve")].reset_index(drop=True)
    assert len(blind) == len(item_tags) - 1
    pairs = [
        described(items, tags, size=6).set_index(["item_id", "tag"]).loc[("heart03", "valve")]
        for tags in (item_tags, blind)
    ]
    assert [pair["given"] for pair in pairs] == [1, 0]
    names = [n for n in pairs[0].index if n not in SUPPORT and not n.endswith("_less_one") and n != "fusion"]
    np.testing.assert_allclose(pairs[0][names].astype(float), pairs[1][names].astype(float), atol=1e-2)


def test_the_tags_of_a_club_fit_its_items():
    items, item_tags = catalogue()
    features = described(items, item_tags).set_index(["item_id", "tag"])
    for name in ("behaviour1_centroid", "behaviour1_vote", "cotags_vote", "fusion"):
        for item in ("heart00", "skin07"):
            own = features.loc[[(item, tag) for tag in TAGS[item[:-2]]], name].min()
            other = features.loc[
                [(item, tag) for club, tags in TAGS.items() if club != item[:-2] for tag in tags], name
            ]
            assert own > other.max(), name


def test_mentions_propose_a_tag_nobody_gave():
    items, item_tags = catalogue()
    mentions = table(TagMention, [("skin00", "cure", "title", 1), ("skin00", "cure", "text", 2)])
    pair = (
        described(items, item_tags, mentions=mentions, candidates=1)
        .set_index(["item_id", "tag"])
        .loc[("skin00", "cure")]
    )
    assert pair[["given", "proposed", "mentions_title", "mentions_text"]].tolist() == [0, 1, 1, 2]


def test_given_pairs_are_described_though_not_proposed():
    items, item_tags = catalogue()
    odd = table(ItemTag, [("heart00", "mole", 1.0, "u9", None), ("heart00", "once", 2.0, "u9", None)])
    features = described(items, pd.concat([item_tags, odd]), candidates=2).set_index(["item_id", "tag"])
    assert features.loc[[("heart00", "mole"), ("heart00", "once")], "proposed"].tolist() == [0, 0]
    assert features.loc[("heart00", "once"), "support"] == 2


def test_words_place_items_when_no_content_does():
    items, item_tags = catalogue()
    words = [(item, word, 0.5) for item in items["item_id"] for word in (item[:-2], item[-1])]
    features = described(items, item_tags, terms=table(TermWeight, words), behaviours=[])
    assert "text_centroid" in features
    assert "content1_centroid" in described(items, item_tags, contents=[embedding(items)], behaviours=[])


def test_folds_keep_items_whole_and_candidates_are_bounded():
    items, item_tags = catalogue()
    features = described(items, item_tags, candidates=3)
    assert features.groupby("item_id")["fold"].nunique().max() == 1
    assert features[features["proposed"] > 0].groupby("item_id").size().max() <= 3


def test_the_order_of_rows_does_not_matter_and_arguments_are_left_alone():
    items, item_tags = catalogue()
    before = item_tags.copy()
    place = embedding(items)
    first = described(items, item_tags, behaviours=[place])
    second = described(
        items.iloc[::-1], item_tags.sample(frac=1, random_state=1), behaviours=[place.take(place.ids[::-1])]
    )
    pd.testing.assert_frame_equal(first, second)
    pd.testing.assert_frame_equal(item_tags, before)


def test_nothing_gives_nothing():
    nothing = (empty(Item), empty(ItemTag), empty(TagMention), empty(TermWeight), empty(TagJudgement))
    assert describe_pairs(*nothing, [], []).empty
    items, _ = catalogue()
    assert describe_pairs(items, *nothing[1:], [], [embedding(items)]).empty
