from datetime import timedelta

import numpy as np
import pandas as pd

from slipstream.tasks.recommendation.evidence import Likeness
from slipstream.tasks.recommendation.ranker import GAINS, RankingModel, train_ranker
from slipstream.tasks.recommendation.reasons import explain
from slipstream.tasks.recommendation.trees import Trees
from slipstream.tasks.tables import (
    Candidate,
    Interaction,
    Item,
    ItemTagScore,
    Metric,
    Neighbour,
    RankingFeature,
    Recommendation,
    UserTagScore,
    columns,
    empty,
)
from tests.worlds import AS_OF, table

ITEMS = table(Item, [("a", "The Third Man", "", None, None), ("x", "Laura", "", None, None)])
TRACES = table(Interaction, [("u", "a", 2.0, "medium", "like", AS_OF - timedelta(hours=1))])
INTERESTS = table(UserTagScore, [("u", "noir", 0.5, ""), ("new", "noir", 0.5, "")])
LIKENESS = Likeness(
    ITEMS,
    table(ItemTagScore, [("x", "noir", 0.9, ""), ("y", "noir", 0.2, "")]),
    [table(Neighbour, [("a", "x", 1.0)])],
)


def ranked(*rows):
    return table(Candidate, [(user, item, source, rank, 1.0) for rank, (user, item, source) in enumerate(rows, 1)])


def features(**given):
    names = {name: np.asarray(values, np.float32) for name, values in given.items()}
    return RankingFeature.validate(pd.DataFrame({"user_id": ["u", "u"], "item_id": ["x", "y"]} | names))


def said(rows, serve="knn", table=None, boosters=(), language="en", kinds=None, weights=None):
    table = empty(RankingFeature) if table is None else table
    model = RankingModel(boosters, weights or {"knn": 0.5, "popular": 0.5}, serve, empty(Metric))
    by_user = [table], [TRACES], [INTERESTS]
    found = pd.concat(explain(rows, model, *by_user, LIKENESS, language=language, kinds=kinds or {}))
    assert list(found) == columns(Recommendation)
    return list(found["reason"])


def test_a_single_source_speaks_for_itself():
    rows = ranked(
        ("u", "x", "knn"), ("u", "x", "tags"), ("u", "x", "trending"), ("u", "x", "fresh"), ("u", "x", "popular")
    )
    assert said(rows) == [
        "because you liked The Third Man",
        "in your interest in noir",
        "popular lately",
        "new",
        "popular with everyone",
    ]


def test_what_cannot_be_shown_is_not_claimed():
    assert said(ranked(("u", "y", "knn"), ("stranger", "x", "tags"))) == ["picked for you", "picked for you"]


def test_readers_of_japanese_are_served():
    assert said(ranked(("u", "x", "knn"), ("new", "x", "tags")), language="ja") == [
        "「noir」への関心から",
        "「The Third Man」を気に入ったから",
    ]


def test_the_verb_is_that_of_the_kind():
    kinds = {"like": {"verb": "watched"}}
    assert said(ranked(("u", "x", "ease")), kinds=kinds) == ["because you watched The Third Man"]


def test_a_blend_gives_the_word_to_its_strongest_source():
    columns_of = {"source_knn__rank": [1, 0], "source_knn__share": [0.05, 0]}
    columns_of |= {"source_popular__rank": [1, 1], "source_popular__share": [0.9, 1]}
    rows = ranked(("u", "x", "blend"), ("u", "y", "blend"))
    assert said(rows, "blend", features(**columns_of)) == ["popular with everyone", "popular with everyone"]
    columns_of["source_knn__share"] = [1, 0]
    assert said(rows, "blend", features(**columns_of))[0] == "because you liked The Third Man"


def test_what_everybody_is_told_is_followed_by_what_is_true_of_the_reader():
    columns_of = {"source_knn__rank": [1, 0], "source_knn__share": [0.2, 0]}
    columns_of |= {"source_fresh__rank": [1, 1], "source_fresh__share": [0.9, 1]}
    rows = ranked(("u", "x", "blend"), ("u", "y", "blend"))
    weights = {"knn": 0.5, "fresh": 0.5}
    assert said(rows, "blend", features(**columns_of), weights=weights) == [
        "new, and because you liked The Third Man",
        "new",
    ]
    columns_of["source_knn__share"] = [0.05, 0]
    assert said(rows, "blend", features(**columns_of), weights=weights) == ["new", "new"]


def learnt(column):
    """Train on a world where a column alone tells what is taken."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame([(f"u{u}", f"i{i}") for u in range(60) for i in range(8)], columns=["user_id", "item_id"])
    for name in ("source_knn__rank", "tags__sum", "popular__share_ever"):
        frame[name] = rng.random(len(frame)).astype(np.float32)
    taken = frame.loc[frame.groupby("user_id")[column].idxmax(), ["user_id", "item_id"]].to_numpy()
    labels = table(Interaction, [(user, item, 2.0, "medium", "like", AS_OF) for user, item in taken])
    knobs = {"gains": GAINS, "relevant": ("medium",), "trees": Trees(leaves=7), "incumbent": "", "seed": 0}
    return train_ranker([RankingFeature.validate(frame)], [labels], **knobs).boosters


def test_the_feature_that_lifts_an_item_gives_the_reason():
    lifted = features(
        source_knn__rank=[1, 1], tags__sum=[1, 1], popular__share_ever=[1, 1], source_popular__rank=[1, 1]
    )
    rows = ranked(("u", "x", "ranker"))
    reasons = {
        "source_knn__rank": "because you liked The Third Man",
        "tags__sum": "in your interest in noir",
        "popular__share_ever": "popular with everyone",
    }
    for column, reason in reasons.items():
        assert said(rows, "ranker", lifted, learnt(column)) == [reason]


def test_nothing_gives_nothing():
    assert said(empty(Candidate)) == []
