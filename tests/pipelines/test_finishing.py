"""Rules, diversity and pins of a whole pipeline."""

import configparser
import json

import pytest

from slipstream import conf
from slipstream.pipelines import Backtest, Recommend
from slipstream.pipelines.backtest import BEFORE
from slipstream.tasks.recommendation import Catalogue, Ranker
from slipstream.tasks.recommendation.rules import parse_rules
from tests.pipelines.conftest import ROOT
from tests.pipelines.logs import write
from tests.worlds import moment, newcomer

OPTIONS = {"candidate_sources": ("popular", "knn", "tags"), "learn_by": "time", "candidates": 9}
OFFERS = "item_id,user_id,expires_at\nheart2,new,\nskin3,,2024-01-02\nskin2,h1,\nskin2,h2,\nheart5,,2030-01-01\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The files of the two clubs and a newcomer, and who owns what until when; one workspace for all tests."""
    folder = tmp_path_factory.mktemp("clubs")
    (folder / "offers.csv").write_text(OFFERS)
    return folder, {**write(newcomer(), folder), "offers": [{"path": str(folder / "offers.csv")}]}


@pytest.fixture
def clubs(home):
    """A pipeline over the two clubs."""
    folder, files = home
    conf.set_workspace(folder / "made")
    return lambda kind, **knobs: kind(as_of=moment(100).to_pydatetime(), **OPTIONS, **{**files, **knobs})


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
    assert {items[1] for items in shown.values()} == {"heart5"}
    assert {user: len(items) for user, items in shown.items()} == dict.fromkeys(shown, 3)
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


def test_the_conf_of_the_page_is_understood(clubs):
    page = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
    conf_file = configparser.ConfigParser()
    conf_file.read_string(page.partition("```ini\n")[2].partition("```")[0])
    options = {name: json.loads(value) for name, value in conf_file["Recommend"].items()}
    told = clubs(Recommend, **options).requires()["rules"]
    assert [rule.kind for rule in parse_rules(told.rules)] == ["hide", "never", "only", "own", "expire", "pin", "pin"]


def test_moves_are_told_and_what_they_cost_is_measured(clubs, build):
    pipeline = clubs(Recommend, top=3, quotas={"skin": 1, "heart": 1}, diversity=0.2)
    shown = build(pipeline)
    moves = pipeline.products["moves"].output().load()
    assert set(moves["user_id"]) <= set(shown["user_id"])
    now = moves.merge(shown, on=["user_id", "item_id"], how="left")
    assert (now["rank"].fillna(0) == now["rank_after"]).all()


def test_every_list_of_a_backtest_obeys_the_rules_and_the_cost_of_diversity_is_measured(clubs, build):
    rules = [{"hide": ["heart4"]}, {"pin": "skin3"}]
    quality = build(clubs(Backtest, top=3, ks=[3], baselines=["als"], rules=rules, quotas={"*": 1}))
    assert quality.loc[quality["metric"] == "reachable", "value"].item() == pytest.approx(0.5)
    ndcg = quality[(quality["metric"] == "ndcg") & (quality["slice"] == "all")]
    assert set(ndcg.loc[ndcg["baseline"].isna(), "source"]) == {"recommend", BEFORE, "popular", "knn", "tags", "als"}
    means = ndcg[ndcg["baseline"].isna()].set_index("source")["value"]
    cost = ndcg[(ndcg["source"] == "recommend") & (ndcg["baseline"] == BEFORE)]
    assert cost["value"].item() == pytest.approx(means["recommend"] - means[BEFORE])
    assert cost[["low", "high"]].notna().all(axis=None)
