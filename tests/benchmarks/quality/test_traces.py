import numpy as np
import pandas as pd
import pytest

from benchmarks.quality.traces import Task, complete, measure_ndcg, narrow
from slipstream.tasks.evaluation.trial import Trial
from slipstream.tasks.evaluation.users import judge_users
from tests.benchmarks.quality.cases import EARLIER, FACTS, listed, tables, traces, written
from tests.worlds import AS_OF


@pytest.fixture
def task(tmp_path):
    weak = traces(["anna e", "bert e"], AS_OF - pd.Timedelta(hours=2), "weak").assign(weight=[0.5, -1])
    again = traces(["anna a"], EARLIER + pd.Timedelta(hours=1))
    train = pd.concat([tables()["train"], again, weak], ignore_index=True)
    return Task.read(written(tmp_path, train=train))


def cells(traces):
    rows = traces.rows
    names = traces.people[rows["user"]] + " " + traces.items[rows["item"]]
    return dict(zip(names, rows["weight"].round(3), strict=True))


def test_relevant_traces_count_once_each(task):
    found = cells(narrow(task, {"traces": "relevant"}))

    assert set(found) == {"anna a", "anna b", "bert a", "bert c", "carl a", "carl b", "dora b", "dora d"}
    assert set(found.values()) == {1.0}


def test_positive_traces_are_all_but_dislikes(task):
    found = cells(narrow(task, {"traces": "positive"}))

    assert found["anna e"] == 1.0
    assert "bert e" not in found


def test_weighted_traces_add_up(task):
    found = cells(narrow(task, {"traces": "weighted"}))

    assert (found["anna a"], found["anna e"]) == (2.0, 0.5)


def test_a_model_can_learn_from_the_last_hours(task):
    assert set(cells(narrow(task, {"traces": "positive", "hours": 3}))) == {"anna e"}


def test_traces_are_in_the_order_of_time(task):
    rows = narrow(task, {"traces": "positive"}).rows

    assert rows["at"].is_monotonic_increasing
    assert rows.tail(1)[["user", "item"]].to_numpy().tolist() == [[0, 4]]


def test_only_people_of_whom_something_is_learnt_ask(task):
    asking = narrow(task, {}).asking(task.users)

    assert narrow(task, {}).people[asking].tolist() == ["anna", "bert", "carl", "dora"]
    assert narrow(task, {"hours": 3}).asking(task.users).tolist() == []


def test_hidden_counts_what_was_touched_but_not_learnt(task):
    learnt = narrow(task, {})

    assert learnt.hidden(learnt.asking(task.users)) == 1


def test_lists_leave_out_what_was_touched_and_fill_up_with_the_popular(task):
    learnt = narrow(task, {})
    code = {item: learnt.items.get_loc(item) for item in "abcde"}
    anna = learnt.people.get_loc("anna")
    proposed = pd.DataFrame({"user": anna, "item": [code["a"], code["d"]], "place": [0, 1]})
    lists = complete(proposed, learnt, pd.Index(["anna", "emil"]), top=3)

    shown = lists.groupby("user_id")["item_id"].agg("".join)
    assert shown.to_dict() == {"anna": "dc", "emil": "abc"}
    assert lists["rank"].tolist() == [1, 2, 1, 2, 3]


def test_lists_show_only_what_is_offered(tmp_path):
    task = Task.read(written(tmp_path, catalogue=tables("c d")["catalogue"]))
    learnt = narrow(task, {})
    proposed = pd.DataFrame({"user": [0, 0], "item": [learnt.items.get_loc(item) for item in "ad"], "place": [0, 1]})
    lists = complete(proposed, learnt, pd.Index(["anna", "emil"]), top=3)

    assert lists.groupby("user_id")["item_id"].agg("".join).to_dict() == {"anna": "dc", "emil": "cd"}


def test_a_search_maximises_what_the_judge_measures(tmp_path):
    rng = np.random.default_rng(3)
    task = Task.read(written(tmp_path))
    lists = listed(**{user: " ".join(rng.permutation([*"abcde"])[:3]) for user in task.users})
    world = tables()
    trial = Trial(lists, world["truth"], world["train"], world["catalogue"])
    judged = judge_users(trial, source="", cut="", ks=(2,), relevant=FACTS["relevant"], cold_below=2)
    mean = judged.loc[judged["slice"] == "all", "ndcg"].mean()

    assert 0 < mean < 1
    assert measure_ndcg(lists, pd.read_parquet(tmp_path / "wanted.parquet"), k=2) == pytest.approx(mean)
