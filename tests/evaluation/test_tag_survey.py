import numpy as np
import pytest

from slipstream.tasks.evaluation.tag_survey import survey_quality
from slipstream.tasks.tables import ItemTag, ItemTagScore, TagJudgement, empty
from tests.worlds import table

ITEMS = [f"i{n:02d}" for n in range(12)]
RIGHT = {(item, tag): 5.0 if (n + m) % 2 else 1.0 for n, item in enumerate(ITEMS) for m, tag in enumerate("abcd")}
ASKED = table(TagJudgement, [(*pair, score, "p") for pair, score in RIGHT.items()])
KNOWN = table(ItemTag, [("i00", "a", 1.0, "u", None), ("i00", "b", 1.0, "u", None)])


def scores(rule):
    return table(ItemTagScore, [(*pair, rule(score), "") for pair, score in RIGHT.items()])


def measure(**knobs):
    tables = {
        "right": scores(lambda score: score / 5),
        "wrong": scores(lambda score: 1 - score / 5),
        "none": empty(ItemTagScore),
    }
    quality = survey_quality(tables, ASKED, KNOWN, table_items(), **{"resamples": 20, **knobs})
    return quality.set_index(["source", "slice", "metric"])


def table_items():
    return ASKED["item_id"].drop_duplicates()


def test_right_wrong_and_no_scores():
    alone = measure().pipe(lambda q: q[q["baseline"].isna()])
    for metric in ("auc", "accuracy_within_tag", "accuracy_within_item"):
        assert [alone.loc[(name, "all", metric), "value"] for name in ("right", "wrong", "none")] == [1.0, 0.0, 0.5]
    assert alone.loc[("right", "all", "spearman"), "value"] == pytest.approx(1.0)
    assert alone.loc[("right", "all", "mae"), "value"] == pytest.approx(0.0)
    assert alone.loc[("none", "all", "mae"), "value"] == pytest.approx(2.0, abs=0.2)
    assert alone.loc[("right", "cold", "auc"), "count"] == len(RIGHT) - 2


def test_differences_are_paired():
    quality = measure()
    lead = quality[quality["baseline"] == "wrong"].loc[("right", "all", "auc")]
    assert lead[["value", "low", "high"]].tolist() == [1.0, 1.0, 1.0]


def test_judgements_are_averaged_and_those_between_take_no_side():
    asked = table(
        TagJudgement, [("i", "a", 5.0, "p"), ("i", "a", 4.0, "q"), ("i", "b", 1.0, "p"), ("i", "c", 3.0, "p")]
    )
    tables = {"s": table(ItemTagScore, [("i", "a", 0.9, ""), ("i", "b", 0.1, "")])}
    quality = survey_quality(tables, asked, KNOWN, asked["item_id"].drop_duplicates(), resamples=5)
    auc = quality[(quality["metric"] == "auc") & (quality["slice"] == "all")].iloc[0]
    assert (auc["value"], auc["count"]) == (1.0, 2)


def test_a_middling_score_is_measured_as_sklearn_does():
    from sklearn.metrics import roc_auc_score

    chance = np.random.default_rng(0)
    noisy = scores(lambda score: float(np.clip(score / 10 + chance.normal(0, 0.3), 0, 1)))
    quality = survey_quality({"s": noisy}, ASKED, KNOWN, table_items(), resamples=5)
    expected = roc_auc_score([score > 3 for score in RIGHT.values()], noisy["score"])
    auc = quality[(quality["metric"] == "auc") & (quality["slice"] == "all")].iloc[0]
    assert auc["value"] == pytest.approx(expected)
    assert auc["low"] <= auc["value"] <= auc["high"]


def test_nobody_asked_gives_nothing():
    assert survey_quality({"s": empty(ItemTagScore)}, empty(TagJudgement), KNOWN, table_items()).empty
