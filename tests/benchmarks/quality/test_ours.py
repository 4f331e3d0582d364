import math
from types import SimpleNamespace
from typing import Any

import gokart
import pytest

from benchmarks.quality import ours
from slipstream.tasks.base import Task


class Log(Task[int]):
    """What everybody is given."""

    def run(self):
        self.dump(1)


class Asking(Log):
    """Who asks."""


class Model(Task[int]):
    """What is learnt."""

    log: gokart.TaskInstanceParameter[Task[Any]] = gokart.TaskInstanceParameter()

    def run(self):
        self.dump(2)


class Lists(Task[int]):
    """What they are shown."""

    model: gokart.TaskInstanceParameter[Task[Any]] = gokart.TaskInstanceParameter()
    users: gokart.TaskInstanceParameter[Task[Any]] = gokart.TaskInstanceParameter()

    def run(self):
        self.dump(3)


@pytest.fixture
def costs(tmp_path):
    """What the tasks of a test cost."""
    with ours.noted(tmp_path / "costs.jsonl"):
        yield tmp_path / "costs.jsonl"


@pytest.fixture
def world(workspace):
    del workspace
    log, users = Log(), Asking()
    lists = Lists(model=Model(log=log), users=users)
    cut = SimpleNamespace(tables={"train": log, "users": users})
    return cut, lists


def test_fitting_is_told_from_recommending_and_what_peers_get_is_free(world, costs):
    cut, lists = world
    ours.make(lists)
    assert set(ours.read_costs(costs)) == {task.make_unique_id() for task in ours.graph([lists])}

    seconds = {"Log": 8.0, "Asking": 4.0, "Model": 2.0, "Lists": 1.0}
    named = {task.make_unique_id(): seconds[type(task).__name__] for task in ours.graph([lists])}
    told = {key: {"seconds": value, "cpu": value / 2} for key, value in named.items()}
    spent = ours.spend(cut, lists, told)

    assert (spent["fit_seconds"], spent["fit_cpu"]) == (2.0, 1.0)
    assert (spent["recommend_seconds"], spent["recommend_cpu"]) == (1.0, 0.5)
    assert spent["peak_megabytes"] > 1


def test_what_was_made_elsewhere_tells_its_seconds_but_no_cpu(world):
    cut, lists = world
    ours.make(lists)
    spent = ours.spend(cut, lists, {})

    assert spent["fit_seconds"] >= 0
    assert math.isnan(spent["fit_cpu"])


def test_a_data_set_that_is_not_at_hand_is_asked_for(monkeypatch):
    monkeypatch.delenv("LASTFM", raising=False)

    with pytest.raises(
        SystemExit, match="lastfm-2k needs the folder of its files; give it by DATA=path or LASTFM=path"
    ):
        ours.open_pipeline("lastfm-2k", "")
