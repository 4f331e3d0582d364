import numpy as np
import pytest

from slipstream.tasks.tables import TagJudgement
from slipstream.tasks.tagging.judged import average_judgements, fit_judged, is_learnable
from tests.tagging.cases import catalogue, described
from tests.worlds import table

KNOBS = {"relevant": 4.0, "irrelevant": 2.0, "positives": 1000, "negatives": 5, "seed": 0}


def survey(items, *, liked="pulse"):
    """Everybody finds one tag fitting everywhere and another nowhere, whatever people gave."""
    scores = {liked: 5.0, "rash": 1.0, "mole": 3.0}
    rows = [(item, tag, score, person) for item in items["item_id"] for tag, score in scores.items() for person in "ab"]
    return table(TagJudgement, rows)


def test_judgements_overrule_what_people_gave():
    items, item_tags = catalogue(120)
    asked = survey(items)
    features = described(items, item_tags, judgements=asked)
    fit = fit_judged(features, asked, **KNOBS)
    mean = {tag: fit.probability[(features["tag"] == tag).to_numpy()].mean() for tag in ("pulse", "mole", "rash")}
    assert mean["pulse"] > 0.9
    assert mean["mole"] == pytest.approx(0.5, abs=0.1)
    assert mean["rash"] < 0.1
    assert not {"stacked", "fusion"} & set(fit.parts(np.arange(3)).columns)


def test_a_judgement_never_reaches_its_own_item():
    items, item_tags = catalogue(120)
    asked = survey(items)
    features = described(items, item_tags, judgements=asked)
    mine = features["fold"] == features["fold"].iloc[0]
    own = asked["item_id"].isin(features.loc[mine, "item_id"])
    turned = asked.assign(score=np.where(own, 6 - asked["score"], asked["score"]))
    raw = [average_judgements(features, table)["score"] for table in (asked, turned)]
    assert not raw[0].equals(raw[1])
    first, second = (fit_judged(features, table, **KNOBS).probability[mine.to_numpy()] for table in (asked, turned))
    assert np.array_equal(first.argsort(kind="stable"), second.argsort(kind="stable"))


def test_several_judgements_of_a_pair_are_averaged():
    items, item_tags = catalogue()
    asked = table(TagJudgement, [("heart00", "pulse", 5.0, "a"), ("heart00", "pulse", 2.0, "b")])
    features = described(items, item_tags, judgements=asked)
    known = average_judgements(features, asked)
    assert known["score"].tolist() == [3.5]
    assert features.loc[known["position"], "tag"].tolist() == ["pulse"]
    assert not is_learnable(asked, features)
