import pandas as pd
import pytest

from slipstream.tasks.base import Table
from slipstream.tasks.evaluation import TagQuality
from slipstream.tasks.evaluation import tag_quality as tag_quality_module
from slipstream.tasks.evaluation.tag_quality import compare_tag_scores, popular_tag_scores, tag_quality, tfidf_scores
from slipstream.tasks.tables import Item, ItemTag, ItemTagScore, TagMention, empty
from tests.worlds import table


def given(*pairs):
    return table(ItemTag, [(item, tag, 1.0, "u", None) for item, tag in pairs])


KNOWN = given(("a", "t1"), ("b", "t2"), ("b", "t3"), ("c", "t4"), ("c", "t3"))
HELD_OUT = given(("a", "t2"), ("b", "t1"))


def scores(*rows):
    return table(ItemTagScore, [(*row, "") for row in rows])


def value(quality, source, metric, baseline=None):
    mine = quality[(quality["source"] == source) & (quality["metric"] == metric)]
    mine = mine[mine["baseline"].isna()] if baseline is None else mine[mine["baseline"] == baseline]
    return mine["value"].item()


def test_perfect_useless_and_wrong_scores():
    tables = {
        "right": scores(("a", "t2", 0.9), ("a", "t3", 0.1), ("b", "t1", 0.5)),
        "none": scores(),
        "wrong": scores(("a", "t3", 0.9), ("a", "t4", 0.9), ("b", "t4", 0.5)),
    }
    quality = tag_quality(tables, HELD_OUT, KNOWN)
    assert [value(quality, name, "auc") for name in ("right", "none", "wrong")] == [1.0, 0.5, 0.0]
    assert value(quality, "right", "ndcg") == 1.0
    assert value(quality, "right", "auc", "none") == pytest.approx(0.5)
    assert set(quality["count"]) == {2}


def test_ties_count_their_expectation():
    held = given(("a", "t2"))
    quality = tag_quality({"tied": scores(("a", "t2", 0.5), ("a", "t3", 0.5))}, held, KNOWN, k=1)
    assert value(quality, "tied", "ndcg") == pytest.approx(0.5)
    assert value(quality, "tied", "auc") == pytest.approx(0.75)


def test_known_pairs_do_not_count():
    quality = tag_quality({"s": scores(("a", "t1", 1.0), ("a", "t2", 0.5))}, given(("a", "t2"), ("a", "t1")), KNOWN)
    assert value(quality, "s", "ndcg") == 1.0


def test_tags_of_too_few_items_are_not_judged():
    quality = tag_quality({"s": scores(("a", "t3", 0.5))}, given(("a", "t2"), ("a", "t3")), KNOWN, min_items=2)
    assert value(quality, "s", "ndcg") == 1.0
    assert set(quality["count"]) == {1}


def test_the_baselines_stand_beside():
    items = table(Item, [(item, "", "", None, None) for item in "abc"])
    quality = compare_tag_scores({"mine": scores(("a", "t2", 0.9))}, HELD_OUT, KNOWN, empty(TagMention), items)
    assert set(quality["source"]) == {"counts", "mine", "popular", "tf-idf"}
    popular = popular_tag_scores(KNOWN, items)
    assert popular.loc[popular["item_id"] == "a"].nlargest(1, "score")["tag"].item() == "t3"


def test_tfidf_prefers_rare_and_mentioned_tags():
    mentions = table(TagMention, [("a", "t4", "title", 3)])
    found = tfidf_scores(KNOWN, mentions).set_index(["item_id", "tag"])["score"]
    assert found["b", "t2"] > found["b", "t3"]
    assert found["a", "t4"] > found["c", "t4"]


def test_intervals_hold_the_mean_and_the_seed_decides():
    first, again = (tag_quality({"s": scores(("a", "t2", 0.9))}, HELD_OUT, KNOWN, seed=seed) for seed in (1, 1))
    assert first.equals(again)
    assert ((first["low"] <= first["value"]) & (first["value"] <= first["high"])).all()


def test_nothing_gives_nothing():
    assert tag_quality({"s": scores()}, empty(ItemTag), KNOWN).empty
    assert tfidf_scores(empty(ItemTag), empty(TagMention)).empty


class GoodScores(Table[ItemTagScore]):
    """Scores that are right about one item."""

    def run(self):
        self.dump(scores(("a", "t2", 0.9)))


class KnownPairs(Table[ItemTag]):
    """Tags given before."""

    def run(self):
        self.dump(KNOWN)


class LaterPairs(Table[ItemTag]):
    """Tags given later."""

    def run(self):
        self.dump(HELD_OUT)


class NoMention(Table[TagMention]):
    """No mentions."""

    def run(self):
        self.dump(empty(TagMention))


class ThreeItems(Table[Item]):
    """The items."""

    def run(self):
        self.dump(table(Item, [(item, "", "", None, None) for item in "abc"]))


def test_the_task_names_its_scores(build):
    tables = {"held_out": LaterPairs(), "known": KnownPairs(), "mentions": NoMention(), "items": ThreeItems()}
    quality = build(TagQuality(scores=[GoodScores()], names=["good"], min_items=1, **tables))
    assert value(quality, "good", "auc") == pytest.approx(0.75)
    assert set(quality["source"]) == {"counts", "good", "popular", "tf-idf"}


def test_items_are_measured_some_at_a_time(monkeypatch):
    tables = {"mine": scores(("a", "t2", 0.9), ("b", "t3", 0.4)), "other": scores(("b", "t1", 0.2))}
    items = table(Item, [(item, item, "", None, None) for item in "ab"])
    whole = compare_tag_scores(tables, HELD_OUT, KNOWN, empty(TagMention), items)
    monkeypatch.setattr(tag_quality_module, "CELLS", 1)
    pd.testing.assert_frame_equal(compare_tag_scores(tables, HELD_OUT, KNOWN, empty(TagMention), items), whole)
