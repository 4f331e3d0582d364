from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.quality import peer
from benchmarks.quality.peer import Model, fit, listed, models, sample, tune
from benchmarks.quality.traces import Task
from tests.benchmarks.quality.cases import EARLIER, FACTS, NEXT, tables, traces, written


def learn(known, params):
    """Propose what is right, or what is not."""
    right = {pair.split()[0]: pair.split()[1] for pair in NEXT}

    def recommend(users, top):
        del top
        names = [right[known.people[user]] if params["honest"] else "e" for user in users]
        return listed(users, [known.items.get_indexer([name]) for name in names])

    return recommend


MODEL = Model(
    learn,
    lambda trial: {"honest": trial.suggest_categorical("honest", [False, True])},
    {"honest": False},
    trials=6,
)


def test_lists_of_codes_stand_under_their_users():
    lists = listed(np.array([3, 1]), [np.array([7, 5]), np.array([], dtype=int)])

    assert lists.to_numpy().tolist() == [[3, 7, 0], [3, 5, 1]]
    assert listed(np.array([], dtype=int), []).empty


def test_fitting_and_recommending_are_timed_apart(tmp_path):
    lists, times = fit(Task.read(written(tmp_path)), MODEL, {"honest": True})

    assert lists[lists["rank"] == 1].set_index("user_id")["item_id"].to_dict()["bert"] == "b"
    assert min(times.values()) >= 0
    assert times["peak_megabytes"] > 10


def test_a_search_keeps_the_best_and_tells_what_it_tried(tmp_path):
    train = pd.concat([tables()["train"], traces(["zoe e"], EARLIER)], ignore_index=True)
    found = tune(written(tmp_path, train=train), MODEL, trials=6)

    assert found["params"] == {"traces": "relevant", "hours": 0, "honest": True}
    assert found["first_trial_ndcg"] < found["validation_ndcg"]
    assert found["space"] == {"traces": ["relevant"], "hours": [0], "honest": [False, True]}
    assert (found["trials"], found["validation_users"]) == (6, 5)


def test_where_time_cuts_and_traces_differ_a_search_chooses_among_them(tmp_path):
    weak = tables()["train"].assign(strength="weak")
    train = pd.concat([tables()["train"], weak], ignore_index=True)
    folder = written(tmp_path, train=train)
    (folder / "facts.json").write_text(pd.Series({**FACTS, "windowed": True}).to_json())
    space = tune(folder, MODEL, trials=1)["space"]

    assert (space["traces"], space["hours"]) == ([*peer.TRACES], [*peer.HOURS])


def test_a_search_asks_for_some_of_those_who_want_something(tmp_path, monkeypatch):
    monkeypatch.setattr(peer, "MOST_USERS", 2)
    task = Task.read(written(tmp_path))
    wanted = pd.read_parquet(tmp_path / "wanted.parquet")
    some, theirs = sample(replace(task, users=pd.Index([])), wanted)

    assert set(some.users) == set(theirs["user_id"])
    assert len(some.users) == 2


def test_there_is_no_peer_without_models():
    with pytest.raises(FileNotFoundError, match=r"netflix"):
        models("netflix")
