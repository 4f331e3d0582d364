import numpy as np
import pandas as pd
import pytest

from slipstream.tasks.evaluation.comparison import compare, measure_ranking, name_slice, pool_users
from slipstream.tasks.evaluation.users import judge_users
from slipstream.tasks.tables import Interaction, Metric, UserQuality, columns, empty
from tests.evaluation.cases import AFTER, FEW, KNOBS, listed, traces, trial

USERS = [f"u{number}" for number in range(12)]
TRUTH = traces([(user, "a") for user in USERS], AFTER)


def judged(source, order, cut="", users=USERS):
    given_trial = trial(listed(*((user, order) for user in users)), TRUTH, empty(Interaction))
    return judge_users(given_trial, source=source, cut=cut, **KNOBS)


def row(table, metric="ndcg", k=5, part="all", **names):
    mask = (table["metric"] == metric) & (table["k"] == k) & (table["slice"] == part)
    for name, value in names.items():
        mask &= table[name] == value
    assert mask.sum() == 1
    return table[mask].iloc[0]


def test_a_better_list_is_better_by_a_known_difference():
    table = compare([judged("good", "a b"), judged("bad", "b a")], baselines=["bad"], **FEW)
    assert set(table["source"]) == {"good"}
    difference = row(table, baseline="bad")
    assert difference[["value", "low", "high"]].tolist() == pytest.approx([1 - 1 / np.log2(3)] * 3)
    assert difference["count"] == 12


def test_pairing_narrows_the_interval():
    luck = [(USERS[:6], "a b c"), (USERS[6:], "b c a")]
    base = pd.concat([judged("base", order).query("user_id in @users") for users, order in luck], ignore_index=True)
    better = base.assign(source="better", recall=base["recall"], ndcg=base["ndcg"] * 0.9)
    paired = row(compare([better, base], baselines=["base"], **FEW))
    alone = row(pool_users([base], **FEW))
    assert paired["high"] < 0
    assert paired["high"] - paired["low"] < 0.2 * (alone["high"] - alone["low"])


def test_every_other_source_meets_every_baseline():
    table = compare([judged(name, "a b") for name in "abcd"], baselines=["d", "a"], **FEW)
    assert set(zip(table["source"], table["baseline"], strict=True)) == {("b", "a"), ("b", "d"), ("c", "a"), ("c", "d")}


def test_cuts_are_pooled():
    parts = [judged("list", "a", "monday"), judged("list", "b a", "tuesday")]
    pooled = row(pool_users(parts, **FEW), metric="mrr")
    assert pooled["value"] == pytest.approx(0.75)
    assert pooled["count"] == 24
    assert pd.isna(pooled["baseline"])
    base = [judged("base", "b a", cut) for cut in ("monday", "tuesday")]
    assert row(compare([*parts, *base], baselines=["base"], **FEW), metric="mrr")["value"] == pytest.approx(0.25)


def test_lists_judged_by_different_users_are_not_compared():
    fewer = judged("good", "a b").query("user_id != 'u3'")
    with pytest.raises(ValueError, match=r"'good' and 'bad' are not judged alike: 9 of .*'u3'.*same cuts"):
        compare([fewer, judged("bad", "b a")], baselines=["bad"], **FEW)


def test_an_unknown_baseline_is_named():
    with pytest.raises(ValueError, match="no list is called 'popular'; the baselines can be any of good"):
        compare([judged("good", "a b")], baselines=["popular"], **FEW)


def test_the_same_list_twice_is_refused():
    with pytest.raises(ValueError, match="source 'good' on cut '' stand twice"):
        pool_users([judged("good", "a"), judged("good", "b")], **FEW)


def test_one_list_is_measured_at_once(two_clubs):
    shown = listed(*((user, item) for user, item in two_clubs.right.items()))
    given_trial = trial(
        shown,
        traces(list(two_clubs.right.items()), AFTER),
        two_clubs.interactions,
        "heart1 heart2 heart3 skin1 skin2 skin3",
    )
    table = measure_ranking(given_trial, source="right", **KNOBS, **FEW)
    assert row(table)[["value", "low", "high", "count"]].tolist() == [1, 1, 1, 6]
    assert row(table, metric="coverage")["value"] == 1
    assert row(table, metric="reachable", k=0)["value"] == 1
    assert set(table["slice"]) == {"all", "warm_user", "warm_item"}


def test_nothing_comes_of_nothing():
    tables = [
        pool_users([], **FEW),
        compare([], baselines=["popular"], **FEW),
        compare([empty(UserQuality)], baselines=[], **FEW),
        measure_ranking(trial(listed(), empty(Interaction), empty(Interaction), ""), source="list", **KNOBS, **FEW),
    ]
    for table in tables:
        assert len(table) == 0
        assert list(table.columns) == columns(Metric)


def test_what_is_measured_on_everybody_becomes_a_slice():
    means = pool_users([judged("good", "a b")], **FEW)
    named = name_slice(means, slice_="traces_3")
    assert set(named["slice"]) == {"traces_3"}
    assert named["value"].tolist() == means[means["slice"] == "all"]["value"].tolist()
