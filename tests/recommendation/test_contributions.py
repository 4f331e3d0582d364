import numpy as np
import pandas as pd
import polars as pl
import pytest

from slipstream.tasks.recommendation.contributions import Contributions, family_of, group_of
from slipstream.tasks.recommendation.ranker import GAINS, RankingModel, predict, train_ranker
from slipstream.tasks.recommendation.trees import Trees
from slipstream.tasks.tables import Interaction, Metric, RankingFeature, empty
from tests.worlds import AS_OF, table

WEIGHTS = {"knn": 0.5, "popular": 0.5}


def features(rows=600, seed=0):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame([(f"u{n // 10}", f"i{n % 10}") for n in range(rows)], columns=["user_id", "item_id"])
    for name in ("source_knn__rank", "source_knn__share", "source_popular__share", "tags__sum", "user__traces"):
        frame[name] = rng.uniform(0.1, 1, len(frame)).astype(np.float32)
    return RankingFeature.validate(frame)


def learnt(table_of):
    best = table_of.loc[table_of.groupby("user_id")["tags__sum"].idxmax(), ["user_id", "item_id"]].to_numpy()
    labels = table(Interaction, [(user, item, 2.0, "medium", "like", AS_OF) for user, item in best])
    knobs = {"gains": GAINS, "relevant": ("medium",), "trees": Trees(leaves=7), "incumbent": "", "seed": 0}
    model = train_ranker([table_of], [labels], **knobs)
    return RankingModel(model.boosters, WEIGHTS, "ranker", empty(Metric), model.usual)


def test_contributions_add_up_to_the_score_but_for_a_common_start():
    known = features()
    model = learnt(known)
    total = sum(Contributions(model, str)(pl.from_pandas(known)).values())
    start = predict(model, known) - total
    assert start == pytest.approx(np.full(len(known), start[0]), abs=1e-4)
    assert np.ptp(total) > 1


def test_company_does_not_show():
    known = pl.from_pandas(features())
    model = learnt(known.to_pandas())
    assert np.log(0.02) < model.usual < np.log(1.02)
    company, alone = (Contributions(model, str)(rows) for rows in (known, known[7:8]))
    assert {name: values[0] for name, values in alone.items()} == {name: values[7] for name, values in company.items()}


def test_of_a_blend_they_add_up_to_what_it_says():
    known = features(20)
    model = RankingModel((), WEIGHTS, "blend", empty(Metric))
    parts = Contributions(model, str)(pl.from_pandas(known))
    assert sorted(parts) == ["source_knn__blend", "source_popular__blend"]
    assert sum(parts.values()) == pytest.approx(np.log(0.02 + predict(model, known)) - np.log(0.02), rel=1e-5)


def test_they_are_added_up_by_group_and_what_nobody_asks_for_is_left_out():
    known = features()
    model = learnt(known)
    each = Contributions(model, str)(pl.from_pandas(known))
    families = Contributions(model, family_of)(pl.from_pandas(known))
    assert sorted(families) == ["popular", "tags", "touched"]
    own = sum(values for column, values in each.items() if column.startswith("source_knn__"))
    assert families["touched"] == pytest.approx(own)


def test_a_single_source_has_none():
    known = features(10)
    assert Contributions(RankingModel((), WEIGHTS, "knn", empty(Metric)), str)(pl.from_pandas(known)) == {}


def test_every_group_of_features_has_a_family_or_no_words():
    assert family_of("source_trending_6h__rank") == "trending"
    assert family_of("embedding_0__recent") == "touched"
    assert family_of("user__traces") == ""
    assert group_of("source_trending_6h__rank") == "source_trending_6h"
