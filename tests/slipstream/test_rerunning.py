"""Running again what is there, in this very process and any number of times."""

import multiprocessing
import time

import gokart
import lightgbm as lgb
import luigi
import numpy as np
import pytest

from slipstream.rerunning import LOCK, Outcome, rerun
from slipstream.stop import Stop
from slipstream.tasks.base import Pipeline, Task
from slipstream.tasks.cache.storage import locked
from tests.slipstream.toys import Everybody, Names, Party


class Moment(Task[dict[str, int]]):
    """When it was made: another content each time."""

    def run(self) -> None:
        """Look at the clock."""
        self.dump({"at": time.time_ns()})


class Even(Task[dict[str, int]]):
    """Something made from a moment."""

    moment: gokart.TaskInstanceParameter[Task] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Tell it on."""
        self.dump({"seen": self.load(self.moment)["at"]})


class Model(Task[lgb.Booster]):
    """A model."""

    rounds: luigi.IntParameter = luigi.IntParameter(default=3)

    def run(self) -> None:
        """Learn the identity."""
        features = np.arange(200.0).reshape(-1, 1)
        settings = {"verbose": -1, "num_threads": 1, "deterministic": True}
        self.dump(lgb.train(settings, lgb.Dataset(features, features[:, 0]), num_boost_round=self.rounds))


class Clock(Pipeline):
    """A moment, seen twice over."""

    def requires(self) -> dict[str, Task]:
        """Join them."""
        moment = Moment()
        return {"seen": Even(moment=moment), "moment": moment}


@pytest.fixture
def clock():
    clock = Clock()
    gokart.build(clock, reset_register=False)
    return clock


def files(root, start):
    return sorted(path.name for path in root.rglob(f"{start}_*") if path.suffix != ".log")


def test_a_task_of_a_complete_pipeline_runs_again_as_often_as_it_is_asked_to(clock):
    moment, values = clock.products["moment"], []
    for _ in range(3):
        [outcome] = rerun(clock, "Moment")
        assert outcome.is_changed
        values.append(moment.output().load()["at"])
    assert len(set(values)) == 3
    assert clock.complete()


def test_the_old_output_stays_under_a_manifest_that_is_set_aside(clock):
    before = clock.products["moment"].output().manifest()
    rerun(clock, "Moment")
    names = files(clock.root, "Moment")
    assert before.file in names
    assert len(names) == 4
    assert sum("~" in name for name in names) == 1


def test_what_was_made_from_the_older_copy_is_counted(clock):
    seen = clock.products["seen"].output().load()
    [outcome] = rerun(clock, "Moment")
    assert outcome.stale == 1
    assert str(outcome) == (
        "Moment: content changed; 1 downstream product was made from the older copy, rerun with --downstream"
    )
    assert clock.products["seen"].output().load() == seen


def test_downstream_runs_again_too(clock):
    outcomes = rerun(clock, "Moment", downstream=True)
    assert [(each.label, each.is_changed, each.stale) for each in outcomes] == [("Moment", True, 0), ("Even", True, 0)]
    assert clock.products["seen"].output().load()["seen"] == clock.products["moment"].output().load()["at"]


def test_a_task_is_found_by_its_key(clock):
    [outcome] = rerun(clock, clock.products["moment"].make_unique_id()[:8])
    assert outcome.label == "Moment"


def test_without_names_a_task_runs_again_alone_and_a_pipeline_whole(clock):
    assert [each.label for each in rerun(clock.products["seen"])] == ["Even"]
    assert [each.label for each in rerun(clock)] == ["Moment", "Even"]


def test_a_model_runs_again_to_the_same_content():
    model = Model()
    gokart.build(model, reset_register=False)
    began = model.output().manifest().modified
    for _ in range(2):
        [outcome] = rerun(model)
        assert not outcome.is_changed
        assert str(outcome) == "Model: content unchanged"
        assert model.output().manifest().modified > began
        began = model.output().manifest().modified
    assert model.output().load().num_trees() == 3


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_missing_simply_runs(workers):
    party = Party()
    [outcome] = rerun(party, "Everybody", workers=workers)
    assert outcome.before is None
    assert str(outcome) == "Everybody: made; there was no output before"
    assert party.complete()


def test_a_task_whose_inputs_are_gone_makes_them_anew():
    party = Party()
    gokart.build(party, return_value=False, reset_register=False)
    for path in party.root.rglob("Guests_*"):
        path.unlink()
    assert [each.is_changed for each in rerun(party, "Everybody")] == [False]


def test_an_unknown_name_is_refused_before_anything_is_set_aside(clock):
    with pytest.raises(Stop, match="Clock has no task 'Moments'; did you mean Moment"):
        rerun(clock, "Moment", "Moments")
    assert clock.complete()


def test_names_find_tasks_inside_a_single_task_too():
    names = Party().find(Names)
    gokart.build(names, return_value=False, reset_register=False)
    assert [each.label for each in rerun(names, "Everybody")] == ["Everybody"]
    assert names.guests.output().manifest().task.endswith(Everybody.__name__)


def test_who_comes_second_waits_before_anything_is_set_aside(clock):
    other = multiprocessing.get_context("fork").Process(target=rerun, args=(clock, "Moment"))
    before = clock.products["moment"].output().manifest()
    with locked(clock.root, LOCK):
        other.start()
        other.join(1)
        assert other.is_alive()
        assert clock.products["moment"].output().manifest() == before
    other.join()
    assert other.exitcode == 0
    assert clock.products["moment"].output().manifest().at > before.at


def test_several_at_once_leave_a_whole_product(clock):
    context = multiprocessing.get_context("fork")
    others = [context.Process(target=rerun, args=(clock, "Moment"), kwargs={"downstream": True}) for _ in range(4)]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert [other.exitcode for other in others] == [0] * 4
    assert clock.complete()
    assert clock.products["moment"].output().load()["at"]


def test_an_outcome_counts_many_downstream_products(clock):
    page = clock.products["moment"].output().manifest()
    other = rerun(clock, "Moment")[0].after
    assert "2,000 downstream products were made from the older copy" in str(Outcome("Moment", page, other, 2000))
