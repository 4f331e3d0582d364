"""Why tasks of a small project are hits or misses, when one thing at a time changes."""

import json
import os

import gokart
import pytest

from slipstream.tasks.cache.address import upstream_first
from slipstream.tasks.cache.changes import CodeChanged, CodeUnknown, DataChanged, InputChanged, ParameterChanged
from slipstream.tasks.cache.explain import Damaged, NeverMade, NewerFormat, SetAside, explain, root_causes
from slipstream.tasks.cache.index import read_index


@pytest.fixture
def look(workspace):
    """Explain all tasks of a pipeline: {class name: explanation}, and the root causes of the misses."""

    def look(pipeline):
        tasks = [task for task in upstream_first(pipeline, lambda task: task.deps()) if task is not pipeline]
        index = read_index(workspace)
        explained = explain(tasks, index)
        causes = root_causes(explained, index, [each.key for each in explained if not each.is_hit])
        return {type(each.task).__name__: each for each in explained}, {
            type(each.task).__name__: each for each in causes
        }

    return look


@pytest.fixture
def made(kitchen):
    """The pipeline, made once."""
    dinner = kitchen.dinner()
    gokart.build(dinner, reset_register=False)
    return dinner


def misses(explained):
    return {name for name, each in explained.items() if not each.is_hit}


def test_everything_is_a_miss_before_it_is_made(kitchen, look):
    explained, causes = look(kitchen.dinner())
    assert set(explained) == {"Flour", "Dough", "Bread", "Salt"}
    assert all(each.changes == (NeverMade(),) and each.seconds is None for each in explained.values())
    assert set(causes) == set(explained)


def test_what_was_made_is_a_hit_that_saves_its_seconds(made, look):
    explained, causes = look(made)
    assert misses(explained) == set()
    assert causes == {}
    for each in explained.values():
        assert each.entry.key == each.key
        assert each.seconds == each.entry.manifest.seconds


@pytest.mark.usefixtures("made")
def test_a_changed_parameter_is_the_cause_of_all_below(kitchen, look):
    explained, causes = look(kitchen.dinner(water=5))
    assert misses(explained) == {"Dough", "Bread"}
    assert explained["Dough"].changes == (ParameterChanged("water", "1", "5"),)
    assert str(explained["Dough"].changes[0]) == "parameter water: 1 → 5"
    [change] = explained["Bread"].changes
    assert (change.name, change.old, change.new) == ("dough", explained["Dough"].entry.key, explained["Dough"].key)
    assert str(change) == f"input dough: Dough {change.old[:8]} → Dough {change.new[:8]}"
    assert list(causes) == ["Dough"]


@pytest.mark.usefixtures("made")
def test_a_changed_function_is_named_with_its_place_and_a_diff(kitchen, look):
    kitchen.change("recipe.py", "grain + water", "grain * water")
    explained, causes = look(kitchen.dinner())
    [change] = explained["Dough"].changes
    assert (change.label, change.kind) == ("kitchen.recipe:knead", "changed")
    lines = (kitchen.home / "recipe.py").read_text().splitlines()
    assert change.file == str(kitchen.home / "recipe.py")
    assert lines[change.first_line - 1] == "def knead(flour, water):"
    assert lines[change.last_line - 1] == "    return [grain * water for grain in flour]"
    assert "-    return [grain + water for grain in flour]" in change.diff
    assert "+    return [grain * water for grain in flour]" in change.diff
    assert list(causes) == ["Dough"]


@pytest.mark.usefixtures("made")
def test_a_changed_constant_misses_only_where_it_is_used(kitchen, look):
    kitchen.change("recipe.py", "SALT = 2", "SALT = 3")
    explained, _ = look(kitchen.dinner())
    assert misses(explained) == {"Salt"}
    [change] = explained["Salt"].changes
    assert change.diff == ("-SALT = 2", "+SALT = 3")


@pytest.mark.usefixtures("made")
def test_a_comment_and_a_docstring_change_nothing(kitchen, look):
    kitchen.change("recipe.py", "def knead(flour, water):", 'def knead(flour, water):\n    """Knead."""  # well')
    assert misses(look(kitchen.dinner())[0]) == set()


@pytest.mark.usefixtures("made")
def test_a_function_taken_out_of_another_is_added_and_the_other_changed(kitchen, look):
    kitchen.change("recipe.py", "grain + water for", "wet(grain, water) for")
    kitchen.change("recipe.py", "def knead", "def wet(grain, water):\n    return grain + water\n\n\ndef knead")
    explained, _ = look(kitchen.dinner())
    assert {(change.label, change.kind) for change in explained["Dough"].changes} == {
        ("kitchen.recipe:knead", "changed"),
        ("kitchen.recipe:wet", "added"),
    }
    gokart.build(kitchen.dinner(), reset_register=False)
    kitchen.change("recipe.py", "wet(grain, water) for", "grain - water for")
    removed = {change.label: change for change in look(kitchen.dinner())[0]["Dough"].changes}["kitchen.recipe:wet"]
    assert (removed.kind, removed.file, removed.place) == ("removed", "", "")


def test_code_whose_text_was_not_kept_says_so(made, kitchen, look, workspace):
    digest = read_index(workspace).by_key[made.products["salt"].make_unique_id()].manifest.code
    (workspace / ".code" / f"{digest}.json").unlink()
    kitchen.change("recipe.py", "SALT = 2", "SALT = 3")
    assert look(kitchen.dinner())[0]["Salt"].changes == (CodeUnknown(digest),)


@pytest.mark.usefixtures("made")
def test_changed_data_is_named_by_its_file(kitchen, look):
    kitchen.corn.write_text("rye")
    explained, causes = look(kitchen.dinner())
    assert misses(explained) == {"Flour", "Dough", "Bread"}
    [change] = explained["Flour"].changes
    assert isinstance(change, DataChanged)
    assert change.item == "corn.txt"
    assert list(causes) == ["Flour"]


@pytest.mark.usefixtures("made")
def test_a_miss_below_another_has_its_own_cause_too(kitchen, look):
    kitchen.corn.write_text("rye")
    kitchen.change("recipe.py", 'return {"total": total}', 'return {"total": -total}')
    explained, causes = look(kitchen.dinner())
    assert [type(change) for change in explained["Bread"].changes] == [InputChanged, CodeChanged]
    assert list(causes) == ["Flour", "Bread"]
    assert [type(change) for change in causes["Bread"].changes] == [CodeChanged]


@pytest.mark.usefixtures("made")
def test_an_input_that_is_there_already_is_traced_to_what_changed_in_it(kitchen, look):
    gokart.build(kitchen.dinner(water=5).products["bread"].dough, reset_register=False)
    explained, causes = look(kitchen.dinner(water=5))
    assert misses(explained) == {"Bread"}
    assert list(causes) == ["Dough"]
    assert causes["Dough"].changes == (ParameterChanged("water", "1", "5"),)


def test_another_task_in_its_place_began_where_it_was_put(made, kitchen, look):
    flour = made.products["bread"].dough
    kitchen.change("tasks.py", 'Bread(dough=dough), "salt"', 'Bread(dough=Flour(path=self.path)), "salt"')
    explained, causes = look(kitchen.dinner())
    assert misses(explained) == {"Bread"}
    assert causes["Bread"].changes[0].old == flour.make_unique_id()
    assert causes["Bread"].changes[0].old_task == "kitchen.Dough"
    assert causes["Bread"].changes[0].new_task == "kitchen.Flour"


def test_the_nearest_output_differs_least_and_then_is_the_newest(kitchen, look):
    for water in (1, 2):
        gokart.build(kitchen.dinner(water=water), reset_register=False)
    kitchen.change("recipe.py", "grain + water", "grain * water")
    explained, _ = look(kitchen.dinner(water=1))
    assert explained["Dough"].entry.manifest.parameters["water"] == "1"
    explained, _ = look(kitchen.dinner(water=3))
    assert explained["Dough"].entry.manifest.parameters["water"] == "2"


@pytest.mark.parametrize(
    ("damage", "words"),
    [(lambda _: None, "is gone"), (lambda b: b + b" ", "instead of"), (lambda b: b"x" * len(b), "not those")],
)
def test_a_damaged_file_is_named(made, look, damage, words):
    file = made.products["salt"].output().file
    content = damage(file.read_bytes())
    file.unlink()
    if content is not None:
        file.write_bytes(content)
        os.utime(file, (1, 1))
    [change] = look(made)[0]["Salt"].changes
    assert isinstance(change, Damaged)
    assert file.name in change.why
    assert words in change.why


def test_a_manifest_that_cannot_be_read_and_one_of_a_newer_version_are_named(made, look):
    page = made.products["salt"].output().manifest_file
    facts = json.loads(page.read_text())
    page.write_text("{")
    assert look(made)[0]["Salt"].changes == (Damaged(f"its manifest {page} cannot be read"),)
    page.write_text(json.dumps({**facts, "format": 99}))
    assert look(made)[0]["Salt"].changes == (NewerFormat(str(page)),)


def test_what_was_set_aside_is_a_miss_that_knows_its_past(made, look):
    made.products["salt"].output().set_aside()
    salt = look(made)[0]["Salt"]
    assert salt.changes == (SetAside(salt.entry.manifest.at),)
    assert salt.seconds is not None


def test_explaining_writes_nothing(made, kitchen, look, workspace):
    kitchen.corn.write_text("rye")
    before = {path: path.stat().st_mtime_ns for path in workspace.rglob("*")}
    assert misses(look(made)[0]) == {"Flour", "Dough", "Bread"}
    assert {path: path.stat().st_mtime_ns for path in workspace.rglob("*")} == before
