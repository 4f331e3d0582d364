"""Rules, diversity and pins of a whole pipeline."""

import pandas as pd
import pytest

from slipstream.pipelines import Backtest, Recommend
from slipstream.pipelines.backtest import BEFORE
from slipstream.tasks.recommendation import Catalogue, Ranker
from tests.pipelines.logs import write
from tests.worlds import moment, newcomer

OPTIONS = {"candidate_sources": ("popular", "knn", "tags"), "learn_by": "time", "candidates": 9}
OFFERS = "item_id,user_id,expires_at\nheart2,new,\nskin3,,2024-01-02\nskin2,h1,\nskin2,h2,\nheart5,,2030-01-01\n"


@pytest.fixture
def clubs(tmp_path):
    """A pipeline over the two clubs and a newcomer, and who owns what until when."""
    files = write(newcomer(), tmp_path / "clubs")
    (tmp_path / "offers.csv").write_text(OFFERS)
    files["offers"] = [{"path": str(tmp_path / "offers.csv")}]
    return lambda kind, **knobs: kind(as_of=moment(100).to_pydatetime(), **OPTIONS, **files, **knobs)


def lists(made):
    return {user: list(rows.sort_values("rank")["item_id"]) for user, rows in made.groupby("user_id")}


def test_rules_hold_for_ranked_lists_and_for_what_fills_them_up(clubs, build):
    rules = [{"hide": ["skin4", "gone"]}, {"own": True}, {"expire": True}, {"pin": "heart5", "rank": 2}]
    pipeline = clubs(Recommend, top=3, rules=rules)
    shown = lists(build(pipeline))
    everything = {item for items in shown.values() for item in items}
    assert not {"skin4", "skin3"} & everything
    assert "heart2" not in shown["new"]
    assert "skin2" not in {*shown["h1"], *shown["h2"]}
    assert "skin2" in {*shown["h3"]}
    assert {items[1] for items in shown.values()} == {"heart5"}
    assert {user: len(items) for user, items in shown.items()} == dict.fromkeys(shown, 3) | {"h1": 3, "h2": 3}
    counts = pipeline.products["rules"].output().load().set_index("rule")
    assert counts.loc["1: hide skin4, gone", ["items", "unknown"]].to_list() == [1, 1]
    assert counts.loc["2: own", ["items", "unknown"]].to_list() == [2, 0]
    assert counts.loc["4: pin heart5 at 2"].to_list() == [1, 0, 7, 7]


def test_a_category_may_be_all_there_is_or_nothing(clubs, build):
    for rule in ({"never": ["heart"]}, {"only": ["skin"]}):
        shown = lists(build(clubs(Recommend, top=2, rules=[rule])))
        assert {item[:-1] for items in shown.values() for item in items} == {"skin"}
        assert shown["new"]
        assert len(shown["h1"]) == 2


def test_rules_change_nothing_of_what_is_learnt(clubs):
    free, ruled = clubs(Recommend), clubs(Recommend, rules=[{"hide": ["heart1"]}], diversity=0.3)
    for part in (Ranker, Catalogue):
        assert free.find(part).make_unique_id() == ruled.find(part).make_unique_id()
    assert {"rules", "moves"} == set(ruled.products) - set(free.products)


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"rules": [{"own": True}], "offers": []}, "rule 1: own needs to know owners"),
        ({"rules": [{"hides": ["a"]}]}, "exactly one of hide"),
        ({"diversity": 2.0}, "diversity 2.0"),
    ],
)
def test_what_means_nothing_is_refused_before_anything_runs(clubs, knobs, words):
    with pytest.raises(ValueError, match=words):
        clubs(Recommend, **{"top": 3, **knobs}).requires()


def test_moves_are_told_and_what_they_cost_is_measured(clubs, build):
    pipeline = clubs(Recommend, top=3, quotas={"skin": 1, "heart": 1}, diversity=0.2)
    shown = build(pipeline)
    moves = pipeline.products["moves"].output().load()
    assert set(moves["user_id"]) <= set(shown["user_id"])
    now = moves.merge(shown, on=["user_id", "item_id"], how="left")
    assert (now["rank"].fillna(0) == now["rank_after"]).all()

    quality = build(clubs(Backtest, top=3, quotas={"skin": 1, "heart": 1}, ks=[3], baselines=[]))
    cost = quality[(quality["source"] == "recommend") & (quality["baseline"] == BEFORE) & (quality["metric"] == "ndcg")]
    assert cost.loc[cost["slice"] == "all", "value"].item() <= 0
    assert cost["low"].notna().all()


def test_every_list_of_a_backtest_obeys_the_rules(clubs, build):
    pipeline = clubs(Backtest, ks=[3], baselines=["als"], rules=[{"hide": ["heart1", "heart2", "heart3"]}])
    quality = build(pipeline)
    means = quality[quality["baseline"].isna() & (quality["metric"] == "reachable")]
    assert means["value"].item() == pytest.approx(0.5)
    free = clubs(Backtest, ks=[3], baselines=["als"])
    assert pd.unique(quality["source"]).tolist() == pd.unique(build(free)["source"]).tolist()
