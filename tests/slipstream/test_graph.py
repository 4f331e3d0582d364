"""The tasks of a pipeline, their names and states."""

from pathlib import Path

import gokart
import pytest

from slipstream.graph import State, label, steps
from slipstream.stop import Stop
from tests.slipstream.toys import Everybody, Guests, Names, Party


def states(pipeline):
    return {step.label: step.state for step in steps(pipeline)}


def test_inputs_come_before_what_is_made_from_them():
    names = [step.label for step in steps(Party())]
    assert set(names[:2]) == {"Guests(count=2)", "Guests(count=3)"}
    assert names[2:] == ["Everybody", "Names"]


def test_a_missing_task_above_a_complete_one_is_not_needed():
    pipeline = Party(workspace_directory="workspace")
    assert set(states(pipeline).values()) == {State.WAITING}
    gokart.build(pipeline, return_value=False, reset_register=False)
    for path in Path("workspace").rglob("Guests_*"):
        path.unlink()
    assert states(pipeline) == {
        "Guests(count=2)": State.UNNEEDED,
        "Guests(count=3)": State.UNNEEDED,
        "Everybody": State.CACHED,
        "Names": State.CACHED,
    }


def test_twins_are_told_apart_by_parameters_or_else_by_key():
    two, three = Guests(count=2), Guests(count=3)
    one, other = Everybody(ours=two, theirs=three), Everybody(ours=three, theirs=two)
    assert list(label([two, three, one]).values()) == ["Guests(count=2)", "Guests(count=3)", "Everybody"]
    names = label([one, other])
    assert names[one.task_id] == f"Everybody({one.make_unique_id()[:6]})"
    assert names[other.task_id] == f"Everybody({other.make_unique_id()[:6]})"


def test_a_file_that_is_not_there_is_missing_data():
    with pytest.raises(Stop, match=r"needs a file that is not there: nowhere\.csv") as stop:
        steps(Party(file="nowhere.csv"))
    assert stop.value.code == 20


def test_a_task_that_cannot_tell_whether_it_is_complete_cannot_be_scheduled(monkeypatch):
    def confused(_):
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(Names, "complete", confused)
    with pytest.raises(Stop, match=r"Names cannot be scheduled: ZeroDivisionError: oh") as stop:
        steps(Party())
    assert stop.value.code == 50


def test_what_is_to_be_run_again_waits_and_so_does_what_it_needs():
    pipeline = Party(workspace_directory="workspace")
    gokart.build(pipeline, return_value=False, reset_register=False)
    for path in Path("workspace").rglob("Guests_*"):
        path.unlink()
    assert {step.label: step.state for step in steps(pipeline, [pipeline.find(Everybody)])} == {
        "Guests(count=2)": State.WAITING,
        "Guests(count=3)": State.WAITING,
        "Everybody": State.WAITING,
        "Names": State.CACHED,
    }


def test_a_task_that_is_no_pipeline_is_a_step_itself():
    task = Party(workspace_directory="workspace").find(Everybody)
    assert [step.label for step in steps(task)][-1] == "Everybody"
    assert {step.state for step in steps(task)} == {State.WAITING}
