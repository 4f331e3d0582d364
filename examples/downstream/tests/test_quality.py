"""How good scores are, and how much better."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss, roc_auc_score
from tasks.push.quality import judge

from tasks.tables import PushScore

READERS, EACH = 80, 10


def scores(right):
    """Scores that follow the truth by so much, of a thousandth's precision so that some are equal."""
    rng = np.random.default_rng(5)
    opened = (rng.random(READERS * EACH) < 0.3).astype(np.int8)
    score = (right * opened + rng.random(len(opened))) / (1 + right)
    frame = pd.DataFrame({"user_id": np.repeat([f"u{n:02}" for n in range(READERS)], EACH), "item_id": "a"})
    at = pd.Timestamp("2024-04-11T08:00:00+00:00") + pd.to_timedelta(np.arange(len(opened)), unit="s")
    return PushScore.validate(frame.assign(at=at, opened=opened, score=score.round(2).clip(0.01, 0.99)))


@pytest.fixture(scope="module")
def judged():
    table = judge({"poor": scores(0.1), "good": scores(0.3)}, resamples=400, seed=0)
    return table.assign(baseline=table["baseline"].fillna("")).set_index(["metric", "source", "baseline"])


def test_values_are_the_textbook_ones(judged):
    table = scores(0.3)
    area = roc_auc_score(table["opened"], table["score"])
    assert judged.loc[("auc", "good", ""), "value"] == pytest.approx(area)
    assert judged.loc[("log_loss", "good", ""), "value"] == pytest.approx(log_loss(table["opened"], table["score"]))
    best = table.sort_values("score", ascending=False, kind="stable").head(80)
    assert judged.loc[("top_tenth", "good", ""), "value"] == pytest.approx(best["opened"].mean())


def test_intervals_hold_the_value(judged):
    assert (judged["low"] < judged["value"]).all()
    assert (judged["value"] < judged["high"]).all()


def test_a_lead_is_the_paired_difference(judged):
    lead = judged.loc[("auc", "good", "poor")]
    means = judged.loc[("auc", "good", "")], judged.loc[("auc", "poor", "")]
    assert lead["value"] == pytest.approx(means[0]["value"] - means[1]["value"])
    assert lead["low"] > 0
    assert lead["high"] - lead["low"] < means[0]["high"] - means[1]["low"]


def test_the_order_of_the_pushes_does_not_count(judged):
    mixed = {name: scores(right).sample(frac=1, random_state=1) for name, right in (("poor", 0.1), ("good", 0.3))}
    again = judge(mixed, resamples=400, seed=0)
    assert again["value"].tolist() == judged["value"].tolist()
