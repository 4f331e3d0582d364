from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import gokart
import pytest

from benchmarks.quality import ours
from slipstream.tasks.base import Task
from slipstream.tasks.cache.manifest import Manifest


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
def world(workspace):
    del workspace
    log, users = Log(), Asking()
    lists = Lists(model=Model(log=log), users=users)
    cut = SimpleNamespace(tables={"train": log, "users": users})
    return cut, lists


def test_fitting_is_told_from_recommending_and_what_peers_get_is_free(world, monkeypatch):
    cut, lists = world
    ours.make(lists)
    seconds = {"Log": 8.0, "Asking": 4.0, "Model": 2.0, "Lists": 1.0}
    parse = Manifest.parse

    def told(content, path):
        page = parse(content, path)
        known = seconds[page.task.rpartition(".")[2]]
        return replace(page, seconds=known, cpu_seconds=known / 2)

    monkeypatch.setattr(Manifest, "parse", told)
    spent = ours.spend(cut, lists)

    assert (spent["fit_seconds"], spent["fit_cpu"]) == (2.0, 1.0)
    assert (spent["recommend_seconds"], spent["recommend_cpu"]) == (1.0, 0.5)
    assert spent["peak_megabytes"] > 1


def test_a_data_set_that_is_not_at_hand_is_asked_for(monkeypatch):
    monkeypatch.delenv("LASTFM", raising=False)

    with pytest.raises(
        SystemExit, match="lastfm-2k needs the folder of its files; give it by DATA=path or LASTFM=path"
    ):
        ours.open_pipeline("lastfm-2k", "")
