"""Finding tasks by what people call them."""

import gokart
import pytest

from slipstream import graph, recipes
from slipstream.selection import above, addressed, as_recorded, below, last_run, select
from slipstream.stop import Stop
from slipstream.tasks.cache.index import read_index
from tests.slipstream.toys import Everybody, Guests, Names, Party


@pytest.fixture(autouse=True)
def _toys(monkeypatch):
    monkeypatch.setattr(recipes, "HOME", "tests.slipstream.toys")


def party(**parameters):
    return Party(workspace_directory="workspace", **parameters)


def run(pipeline):
    gokart.build(pipeline, return_value=False, reset_register=False)
    return read_index(pipeline.root)


def named(*names, **parameters):
    return [step.label for step in select(party(**parameters), names).named]


def test_a_task_is_called_by_class_label_product_or_key():
    assert named("Everybody") == ["Everybody"]
    assert set(named("Guests")) == {"Guests(count=2)", "Guests(count=3)"}
    assert named("Guests(count=2)") == ["Guests(count=2)"]
    assert named("names") == ["Names"]
    key = party().find(Everybody).make_unique_id()
    assert named(key) == named(key[:6]) == ["Everybody"]


def test_several_names_are_found_in_the_order_of_the_graph():
    assert named("Names", "Everybody") == ["Everybody", "Names"]


def test_a_pipelines_own_name_or_none_stands_for_all():
    assert named("Party") == named() == [step.label for step in graph.steps(party())]
    everybody = party().find(Everybody)
    assert [step.label for step in select(everybody, []).named] == ["Everybody"]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Evrybody", "Party has no task 'Evrybody'; did you mean Everybody?"),
        ("gests", "Party has no task 'gests'; did you mean guests or Guests?"),
        ("0" * 20, "Party has no task '00000000000000000000'; there are Everybody, Guests, Names, guests, names"),
    ],
)
def test_an_unknown_name_lists_near_ones(name, line):
    with pytest.raises(Stop) as stop:
        named(name)
    assert (str(stop.value), stop.value.code) == (line, 2)


def test_too_few_digits_of_a_key_are_no_name():
    with pytest.raises(Stop, match="has no task"):
        named(party().find(Everybody).make_unique_id()[:3])


def test_a_start_of_several_keys_is_refused(monkeypatch):
    monkeypatch.setattr(Guests, "make_unique_id", lambda task: f"abcd{task.count:016d}")
    with pytest.raises(Stop, match=r"'abcd' is the start of 2 keys \(Guests.*abcd.*\); give more digits"):
        named("abcd")
    assert named(f"abcd{2:016d}") == ["Guests(count=2)"]


def test_an_output_made_under_an_earlier_key_leads_to_its_task():
    index = run(party(count=4))
    [key] = [entry.key for entry in index.entries if entry.name == "Everybody"]
    assert named(key, count=5) == ["Everybody"]


def test_the_last_run_is_the_newest_that_has_a_name():
    with pytest.raises(Stop, match=r"no pipeline ran in workspace yet"):
        last_run(read_index(party().root), [])
    run(party(count=4))
    index = run(party(count=5))
    five = party(count=5)
    assert last_run(index, []).key == five.make_unique_id()
    assert last_run(index, ["Names"]).key == five.make_unique_id()
    assert last_run(index, ["names"]).key == five.make_unique_id()
    four = party(count=4)
    assert last_run(index, [four.find(Names).make_unique_id()[:8]]).key == four.make_unique_id()
    with pytest.raises(Stop, match="no pipeline that ran in workspace has a task 'Nmes'; did you mean Names"):
        last_run(index, ["Nmes"])


def test_a_run_is_made_again_with_its_parameters():
    index = run(party(count=4, drinks={"tea": 1}))
    again = as_recorded(last_run(index, []), [])
    assert (again.count, dict(again.drinks)) == (4, {"tea": 1})


def test_what_is_below_and_above_a_task():
    steps = graph.steps(party())
    [two, *_] = [step.task for step in steps if step.label == "Guests(count=2)"]
    assert [step.label for step in below(steps, [two])] == ["Guests(count=2)", "Everybody", "Names"]
    [everybody] = [step.task for step in steps if step.label == "Everybody"]
    assert {step.label for step in above(steps, [everybody])} == {"Guests(count=2)", "Guests(count=3)", "Everybody"}
    assert addressed(steps) == [step.task for step in steps]
