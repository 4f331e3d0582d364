from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from slipstream.tasks.recommendation.examination import position_bias
from slipstream.tasks.recommendation.propensity import exposures
from slipstream.tasks.recommendation.ranker import GAINS, predict, train_ranker
from slipstream.tasks.recommendation.trees import Trees
from slipstream.tasks.tables import Interaction, RankingFeature, empty
from tests.recommendation.shown import WORTH, impressions
from tests.worlds import AS_OF, table

USERS, ITEMS = 80, 10
RELEVANT = ("strong", "medium")


def window(signal, seed):
    """Two sources propose ten items to each user in random orders; the liked one is the first of source `signal`."""
    rng = np.random.default_rng(seed)
    pairs = [(f"u{user:02}", f"i{item}") for user in range(USERS) for item in range(ITEMS)]
    frame = pd.DataFrame(pairs, columns=["user_id", "item_id"])
    for name in ("left", "right"):
        place = np.concatenate([rng.permutation(ITEMS) for _ in range(USERS)])
        frame[f"source_{name}__rank"] = (1 / (1 + place)).astype(np.float32)
        frame[f"source_{name}__share"] = (1 - place / ITEMS).astype(np.float32)
    frame["agreement__share"] = (frame["source_left__share"] + frame["source_right__share"]) / 2
    frame["user__age"] = np.repeat(rng.random(USERS), ITEMS).astype(np.float32)
    if signal == "noise":
        liked = frame.groupby("user_id").sample(1, random_state=seed)
    elif signal == "both":
        liked = frame.loc[frame.groupby("user_id")["agreement__share"].idxmax()]
    else:
        liked = frame[frame[f"source_{signal}__rank"] == 1]
    rows = [(user, item, 2.0, "medium", "like", AS_OF) for user, item in liked[["user_id", "item_id"]].to_numpy()]
    return RankingFeature.validate(frame), table(Interaction, rows)


def train(windows, **knobs):
    features, labels = zip(*windows, strict=True)
    given = {"gains": GAINS, "relevant": RELEVANT, "trees": Trees(leaves=7), "incumbent": "", "seed": 0} | knobs
    return train_ranker(features, labels, **given)


@cache
def learnt(signal, count):
    return train([window(signal, seed) for seed in range(count)])


def paired(model):
    rows = model.validation
    return rows[(rows["source"] == "ranker") & rows["baseline"].notna()].iloc[0]


@pytest.mark.parametrize("count", [1, 3])
def test_it_learns_what_two_sources_know_together(count):
    model = learnt("both", count)
    assert model.serve in {"ranker", "blend"}
    assert paired(model)["low"] > 0


def test_it_follows_the_source_that_is_right():
    features, _ = window("left", 7)
    scores = predict(replace(learnt("left", 1), serve="ranker"), features)
    first = features.assign(score=scores).sort_values("score").groupby("user_id").tail(1)
    assert (first["source_left__rank"] == 1).mean() > 0.95


def test_the_blend_gives_each_source_its_weight():
    assert learnt("left", 1).weights == {"left": 1}
    assert set(learnt("both", 1).weights) == {"left", "right"}


def test_where_one_source_is_perfect_it_is_served_itself():
    assert learnt("left", 1).serve == "left"


@pytest.mark.parametrize("count", [1, 3])
def test_where_all_is_noise_a_single_source_is_served(count):
    model = learnt("noise", count)
    assert model.serve in {"left", "right"}
    assert paired(model)["low"] <= 0


def test_everybody_of_every_window_is_judged():
    assert learnt("both", 3).validation["count"].eq(3 * USERS).all()
    assert learnt("both", 1).validation["count"].eq(USERS).all()


def test_what_was_right_in_one_window_of_three_is_not_served():
    windows = [window("left", 0), window("left", 1), window("both", 2)]
    assert train(windows).serve == "left"


def test_a_single_source_orders_only_what_it_proposed():
    features, _ = window("left", 7)
    features = features.assign(source_left__rank=features["source_left__rank"].where(features["item_id"] != "i3", 0))
    scores = predict(learnt("left", 1), features)
    assert np.isneginf(scores[features["item_id"] == "i3"]).all()
    assert np.isfinite(scores[features["item_id"] != "i3"]).all()


def test_stronger_traces_come_first():
    features, _ = window("left", 1)
    places = {"strong": 1.0, "weak": 0.5}
    rows = [
        (row.user_id, row.item_id, 1.0, strength, "k", AS_OF)
        for strength, rank in places.items()
        for row in features[features["source_left__rank"] == rank].itertuples()
    ]
    model = train([(features, table(Interaction, rows))])
    scores = predict(replace(model, serve="ranker"), features)
    mean = pd.Series(scores).groupby(features["source_left__rank"].to_numpy()).mean()
    assert mean[1.0] > mean[0.5] > mean[np.float32(0.2)]


def test_the_same_inputs_give_the_same_trees_whatever_their_order():
    (features, labels) = window("both", 0)
    shuffled = features.sample(frac=1, random_state=1), labels.sample(frac=1, random_state=1)
    again = train([shuffled])
    assert again.boosters[0].model_to_string() == learnt("both", 1).boosters[0].model_to_string()
    pd.testing.assert_frame_equal(again.validation, learnt("both", 1).validation)


def test_where_nobody_took_anything_the_blend_is_served():
    features, _ = window("left", 1)
    model = train([(features, empty(Interaction))])
    assert (model.boosters, model.serve, len(model.validation)) == ((), "blend", 0)
    assert model.weights == {"left": 0.5, "right": 0.5}
    assert predict(model, features) == pytest.approx(features["agreement__share"])


def test_no_candidates_teach_nothing():
    model = train([(empty(RankingFeature), empty(Interaction))])
    assert (model.boosters, model.serve) == ((), "blend")
    assert len(predict(model, empty(RankingFeature))) == 0


def test_every_window_needs_its_labels():
    features, _ = window("left", 1)
    with pytest.raises(ValueError, match="1 feature tables and 0 label tables"):
        train_ranker([features], [], gains=GAINS, relevant=RELEVANT, trees=Trees(leaves=7), incumbent="", seed=0)


@pytest.mark.parametrize(("corrected", "first"), [(False, "above"), (True, "below")])
def test_clicks_by_inverse_propensity_order_by_worth_and_plain_ones_by_position(corrected, first):
    shown = impressions(1500)
    clicks = shown.loc[shown["clicked"], ["user_id", "item_id"]].to_numpy()
    labels = table(Interaction, [(*pair, 1.0, "medium", "click", AS_OF) for pair in clicks])
    names = {f"item__{item}": (shown["item_id"] == item).astype(np.float32) for item in WORTH}
    features = shown[["user_id", "item_id"]].assign(
        source_s__rank=np.float32(1), source_s__share=np.float32(1), **names
    )
    exposed = [exposures(shown, position_bias(shown, max_weight=10), max_weight=10)] if corrected else []
    model = train([(RankingFeature.validate(features), labels)], exposures=exposed)
    scores = pd.Series(predict(replace(model, serve="ranker"), features)).groupby(shown["item_id"]).mean()
    assert scores.idxmax() == first
