"""Vouching for a refactoring from the command line."""

import json
import re

import pytest

MODULE = ("--module", "kitchen.tasks")


@pytest.fixture
def refactored(slipstream, kitchen):
    """A workspace made by the code before the refactoring."""
    kitchen.open()
    assert slipstream("run", "Dinner", *MODULE)[0] == 0
    kitchen.change("recipe.py", "[grain + water for grain in flour]", "[water + corn for corn in flour]")
    return kitchen


def content(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.parent.name != ".locks"}


@pytest.mark.usefixtures("refactored")
def test_it_only_tells_unless_told_to(slipstream, tmp_path):
    before = content(tmp_path)
    code, out, err = slipstream("accept", "Dough", *MODULE)
    assert (code, err) == (0, [])
    assert re.fullmatch(r"  code of knead changed, kitchen/recipe.py:\d+-\d+  \(Dough\)", out[0])
    assert "      +    return [water + corn for corn in flour]" in out
    assert [line.split()[0] for line in out[-4:]] == ["task", "Dough", "Bread", "2"]
    assert re.fullmatch(r"2 outputs would be accepted, saving .* s; do it by --yes --why REASON", out[-1])
    assert content(tmp_path) == before


@pytest.mark.usefixtures("refactored")
def test_what_is_accepted_runs_no_more_and_its_bytes_stay(slipstream, tmp_path):
    before = content(tmp_path)
    code, out, _ = slipstream("accept", "Dough", "--yes", "--why", "a + b = b + a", *MODULE)
    assert (code, out[-1].partition(",")[0]) == (0, "2 outputs accepted")
    assert before.items() <= content(tmp_path).items()
    code, out, _ = slipstream("run", "Dinner", *MODULE)
    assert (code, out[-1].partition(" in ")[0]) == (0, "0 tasks run, 4 cached")
    accepted = [json.loads(page.read_bytes())["accepted"] for page in tmp_path.rglob("*.manifest.json")]
    assert [each["why"] for one in accepted for each in one] == ["a + b = b + a"] * 2
    assert all("@" in each["by"] and each["at"] for one in accepted for each in one)
    _, out, _ = slipstream("explain", "Dough", *MODULE)
    assert [line for line in out if re.fullmatch(r"  accepted .* by .*@.* from [0-9a-f]{8}: a \+ b = b \+ a", line)]


def test_what_changed_too_is_named(slipstream, refactored):
    refactored.change("recipe.py", '{"total": total}', "dict(total=total)")
    code, out, err = slipstream("accept", "Bread", *MODULE)
    assert (code, err) == (2, ["error: nothing can be accepted of Bread"])
    assert [line for line in out if line.startswith("Dough cannot be accepted: code of knead changed")]
    assert "  if its code means the same too, name it as well: Dough" in out
    code, out, _ = slipstream("accept", "Bread", "Dough", *MODULE)
    assert (code, out[-1].partition(",")[0]) == (0, "2 outputs would be accepted")


@pytest.mark.usefixtures("refactored")
def test_another_parameter_is_a_reason_to_refuse(slipstream):
    code, out, _ = slipstream("accept", "Dough", "--of", "Dinner", "--set", "water=4", *MODULE)
    assert code == 2
    assert out[0].startswith("Dough cannot be accepted: parameter water: 1 → 4; code of knead changed")
    assert out[1].startswith("Bread cannot be accepted: input dough: Dough ")


@pytest.mark.usefixtures("refactored")
def test_there_may_be_nothing_to_accept(slipstream):
    code, out, _ = slipstream("accept", "Salt", *MODULE)
    assert (code, out) == (0, ["nothing to accept: the outputs of Salt are there under their present keys"])


def test_a_renamed_task_is_accepted_by_its_earlier_name(slipstream, refactored):
    refactored.change("tasks.py", "Dough", "Paste")
    arguments = ("accept", "Paste", "--of", "Dinner", *MODULE)
    assert slipstream(*arguments)[0] == 2
    code, _, err = slipstream(*arguments, "--was", "Duogh")
    assert code == 2
    assert err == ["error: no output in workspace was made by a task 'Duogh'; did you mean Dough?"]
    code, out, _ = slipstream(*arguments, "--was", "Dough", "--yes", "--why", "renamed")
    assert (code, out[-1].partition(",")[0]) == (0, "2 outputs accepted")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["Dough", "--yes"], "--yes needs a reason that the manifests can keep; give it by --why"),
        (["Duogh", "--of", "Dinner"], "Dinner has no task 'Duogh'; did you mean Dough?"),
    ],
)
@pytest.mark.usefixtures("refactored")
def test_misuse_is_explained(slipstream, arguments, line):
    assert slipstream("accept", *arguments, *MODULE) == (2, [], [f"error: {line}"])
