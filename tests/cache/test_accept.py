"""Vouching for refactorings of a small project."""

import shutil

import gokart
import pytest

from slipstream.tasks.cache.accept import OtherProduct, carry_out, plan
from slipstream.tasks.cache.address import upstream_first
from slipstream.tasks.cache.changes import CodeChanged, InputChanged, ParameterChanged
from slipstream.tasks.cache.explain import NeverMade
from slipstream.tasks.cache.index import read_index
from tests.kitchen import Kitchen

VOUCHED = {"by": "ann@here", "at": "2199-05-06T07:08:09+00:00", "why": "a sum is a sum"}


@pytest.fixture
def made(kitchen):
    """The pipeline, made once."""
    dinner = kitchen.dinner()
    gokart.build(dinner, reset_register=False)
    return dinner


@pytest.fixture
def planned(workspace):
    """Plan to accept tasks by class name."""

    def planned(pipeline, *names, was=None):
        tasks = [task for task in upstream_first(pipeline, lambda task: task.deps()) if task is not pipeline]
        named = [task.make_unique_id() for task in tasks if type(task).__name__ in names]
        return plan(tasks, read_index(workspace), named, was)

    return planned


def accepted(plan):
    return [type(each.task).__name__ for each in plan.acceptances]


def refused(plan):
    return {type(each.task).__name__: [type(reason) for reason in each.reasons] for each in plan.refusals}


def files(workspace):
    return {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file() and ".locks" not in path.parts}


def refactor(kitchen):
    """Sum the dough up in another way."""
    kitchen.change(
        "recipe.py", "    total = 0\n    for part in dough:\n        total += part\n", "    total = sum(dough)\n"
    )
    return kitchen.dinner()


def rename_water(kitchen):
    """Knead with other words."""
    kitchen.change("recipe.py", "[grain + water for grain in flour]", "[water + corn for corn in flour]")
    return kitchen.dinner()


def carry_out_all(plan):
    return [carry_out(each, **VOUCHED) for each in plan.acceptances]


def test_nothing_is_to_be_accepted_of_what_is_there(made, planned):
    assert planned(made, "Dough", "Bread") == plan([], read_index(made.root), [])


def test_a_refactored_task_and_all_below_are_accepted_without_touching_content(made, kitchen, planned, workspace):
    before = files(workspace)
    dinner = rename_water(kitchen)
    chosen = planned(dinner, "Dough")
    assert (accepted(chosen), chosen.refusals) == (["Dough", "Bread"], ())
    assert [[str(change).split(",")[0] for change in each.changes] for each in chosen.acceptances] == [
        ["code of knead changed"],
        [],
    ]
    assert chosen.seconds == sum(each.entry.manifest.seconds for each in chosen.acceptances)
    assert files(workspace) == before
    assert carry_out_all(chosen) == [True, True]
    assert all(task.complete() for task in dinner.products.values())
    assert dinner.products["bread"].output().load() == made.products["bread"].output().load()
    assert before.items() <= files(workspace).items()
    added = {
        path.suffixes[-2:] != [".manifest", ".json"] and path.parent.name for path in files(workspace).keys() - before
    }
    assert added <= {False, ".code"}


@pytest.mark.usefixtures("made")
def test_the_manifest_says_who_when_and_why_and_keeps_the_rest(kitchen, planned):
    dinner = refactor(kitchen)
    [bread] = planned(dinner, "Bread").acceptances
    carry_out(bread, **VOUCHED)
    old, new = bread.entry.manifest, dinner.products["bread"].output().manifest()
    assert new.accepted == ({"from_key": old.key, **VOUCHED},)
    assert (new.file, new.sha256, new.at, new.seconds) == (old.file, old.sha256, old.at, old.seconds)
    assert (new.key, new.inputs) == (bread.key, {"dough": dinner.products["bread"].dough.make_unique_id()})
    assert new.code != old.code


@pytest.mark.usefixtures("made")
def test_what_was_accepted_runs_no_more(kitchen, planned):
    carry_out_all(planned(rename_water(kitchen), "Dough"))
    dinner = kitchen.dinner()
    before = files(dinner.root)
    gokart.build(dinner, reset_register=False)
    assert {path.name.partition("_")[0] for path in files(dinner.root).keys() - before.keys()} == {"Dinner"}


@pytest.mark.usefixtures("made")
def test_acceptances_chain_and_going_back_needs_none(kitchen, planned, workspace):
    first = refactor(kitchen)
    carry_out_all(planned(first, "Bread"))
    key = first.products["bread"].make_unique_id()
    kitchen.change("recipe.py", '{"total": total}', "dict(total=total)")
    second = kitchen.dinner()
    [bread] = planned(second, "Bread").acceptances
    assert bread.entry.key == key
    carry_out(bread, **VOUCHED)
    page = second.products["bread"].output().manifest()
    assert [each["from_key"] for each in page.accepted] == [
        bread.entry.manifest.accepted[0]["from_key"],
        key,
    ]
    assert len({entry.file for entry in read_index(workspace).entries if entry.name == "Bread"}) == 1
    kitchen.change("recipe.py", "dict(total=total)", '{"total": total}')
    assert kitchen.dinner().products["bread"].complete()


@pytest.mark.usefixtures("made")
def test_a_task_whose_code_changed_too_must_be_named_as_well(kitchen, planned):
    refactor(kitchen)
    dinner = rename_water(kitchen)
    chosen = planned(dinner, "Dough")
    assert accepted(chosen) == ["Dough"]
    assert refused(chosen) == {"Bread": [CodeChanged]}
    chosen = planned(dinner, "Bread")
    assert accepted(chosen) == []
    assert refused(chosen) == {"Dough": [CodeChanged], "Bread": [InputChanged, CodeChanged]}
    assert accepted(planned(dinner, "Dough", "Bread")) == ["Dough", "Bread"]


@pytest.mark.usefixtures("made")
def test_another_parameter_is_no_refactoring(kitchen, planned):
    rename_water(kitchen)
    chosen = planned(kitchen.dinner(water=7), "Dough")
    assert accepted(chosen) == []
    assert refused(chosen) == {"Dough": [ParameterChanged, CodeChanged], "Bread": [InputChanged]}
    assert refused(planned(kitchen.dinner(water=1), "Salt")) == {}


@pytest.mark.usefixtures("made")
def test_changed_data_is_no_refactoring(kitchen, planned):
    kitchen.corn.write_text("other corn")
    chosen = planned(rename_water(kitchen), "Dough")
    assert list(refused(chosen)) == ["Flour", "Dough", "Bread"]


def test_what_was_never_made_or_is_damaged_cannot_be_accepted(kitchen, made, planned):
    made.products["bread"].output().file.unlink()
    dinner = refactor(kitchen)
    assert refused(planned(dinner, "Bread")) == {"Bread": [NeverMade]}


def test_what_was_set_aside_cannot_be_accepted(kitchen, made, planned):
    made.products["bread"].output().set_aside()
    assert refused(planned(refactor(kitchen), "Bread")) == {"Bread": [NeverMade]}


@pytest.mark.usefixtures("made")
def test_a_renamed_task_is_accepted_from_its_earlier_name(kitchen, planned):
    kitchen.change("tasks.py", "Bread", "Loaf")
    dinner = kitchen.dinner()
    assert refused(planned(dinner, "Loaf")) == {"Loaf": [NeverMade]}
    for was in ("Bread", "kitchen.Bread"):
        [loaf] = planned(dinner, "Loaf", was=was).acceptances
    carry_out(loaf, **VOUCHED)
    page = dinner.products["bread"].output().manifest()
    assert page.task == "kitchen.Loaf"
    assert page.file.startswith("Bread_")
    assert dinner.products["bread"].output().load() == {"total": 15}


@pytest.mark.usefixtures("made")
def test_a_task_that_moved_to_another_package_takes_its_content_along(tmp_path, kitchen, planned, workspace):
    shutil.copytree(kitchen.home, tmp_path / "canteen")
    for file in (tmp_path / "canteen").glob("*.py"):
        file.write_text(file.read_text().replace("kitchen", "canteen"))
    shutil.rmtree(tmp_path / "canteen" / "__pycache__", ignore_errors=True)
    canteen = Kitchen.__new__(Kitchen)
    canteen.package, canteen.home, canteen.corn = "canteen", tmp_path / "canteen", kitchen.corn
    dinner = canteen.dinner()
    [salt] = planned(dinner, "Salt", was="kitchen.Salt").acceptances
    carry_out(salt, **VOUCHED)
    shutil.rmtree(workspace / "kitchen")
    assert dinner.products["salt"].output().load() == {"salt": 2}
    canteen.close()


@pytest.mark.usefixtures("made")
def test_another_type_of_product_is_refused(kitchen, planned):
    kitchen.change("tasks.py", "class Salt(Task[dict[str, int]])", "class Salt(Task[dict[str, float]])")
    assert refused(planned(kitchen.dinner(), "Salt")) == {"Salt": [CodeChanged, OtherProduct]}


@pytest.mark.usefixtures("made")
def test_who_is_first_wins(kitchen, planned):
    dinner = refactor(kitchen)
    [bread] = planned(dinner, "Bread").acceptances
    gokart.build(dinner, reset_register=False)
    page = dinner.products["bread"].output().manifest()
    assert carry_out(bread, **VOUCHED) is False
    assert dinner.products["bread"].output().manifest() == page


@pytest.mark.usefixtures("made")
def test_a_damaged_output_under_the_new_key_gives_way(kitchen, planned):
    dinner = refactor(kitchen)
    [bread] = planned(dinner, "Bread").acceptances
    gokart.build(dinner, reset_register=False)
    target = dinner.products["bread"].output()
    target.manifest_file.write_text("{")
    assert carry_out(bread, **VOUCHED) is True
    assert target.exists()
