"""Explaining from the command line."""

import pytest


def test_a_pipeline_a_class_and_a_key_are_explained(slipstream):
    slipstream("run", "Party")
    code, out, err = slipstream("explain", "Party", "--set", "count=5")
    assert (code, err) == (0, [])
    assert out[0] == "Party: 4 tasks, 1 hit, 3 misses, 1 root cause"
    assert "  parameter count: 2 → 5  (Guests(count=5))" in out
    code, out, _ = slipstream("explain", "Names", "--of", "Party", "--set", "count=5")
    assert (code, out[0]) == (0, "Names and all before: 4 tasks, 1 hit, 3 misses, 1 root cause")
    key = out[1].split()[1]
    assert slipstream("explain", key[:8], "--of", "Party", "--set", "count=5")[1] == out


def test_without_a_name_it_is_the_pipeline_that_ran_last_with_its_parameters(slipstream):
    slipstream("run", "Party", "--set", "count=7")
    assert slipstream("explain")[1][0] == "Party: 4 tasks, 4 hits, 0 misses"
    assert slipstream("explain", "Names")[1][0] == "Names and all before: 4 tasks, 4 hits, 0 misses"


def test_another_workspace_is_looked_at_whatever_the_configuration_says(slipstream, tmp_path):
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "base.ini").write_text("[TaskOnKart]\nworkspace_directory = here\n", encoding="utf-8")
    slipstream("run", "Party", "--workspace", "there")
    assert slipstream("explain", "--workspace", "there")[1][0] == "Party: 4 tasks, 4 hits, 0 misses"
    code, _, err = slipstream("explain")
    assert code == 20
    assert err[0].startswith("error: there is no workspace here; name one by --workspace")
    (tmp_path / "here").mkdir()
    code, _, err = slipstream("explain")
    assert (code, err) == (2, ["error: no pipeline ran in here yet; name one, and its workspace by --workspace"])


def test_explaining_writes_nothing(slipstream, tmp_path):
    slipstream("run", "Party")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert slipstream("explain", "Party", "--set", "count=9", "--all")[0] == 0
    assert slipstream("explain", "Party", "--workspace", "elsewhere")[0] == 0
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_changed_function_is_shown_with_a_diff_unless_it_is_not_wanted(slipstream, kitchen):
    kitchen.open()
    slipstream("run", "Dinner", "--module", "kitchen.tasks")
    kitchen.change("recipe.py", "grain + water", "grain * water")
    _, out, _ = slipstream("explain", "--module", "kitchen.tasks")
    assert "      +    return [grain * water for grain in flour]" in out
    _, out, _ = slipstream("explain", "--module", "kitchen.tasks", "--no-diff")
    assert not [line for line in out if "grain * water" in line]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["Everybdy"], "no pipeline that ran in workspace has a task 'Everybdy'; did you mean Everybody?; name its "),
        (["Everybdy", "--of", "Party"], "Party has no task 'Everybdy'; did you mean Everybody?"),
        (["Everybody", "--of", "Prty"], "there is no pipeline 'Prty'; did you mean Party?"),
    ],
)
def test_unknown_names_list_near_ones(slipstream, arguments, line):
    slipstream("run", "Party")
    code, out, err = slipstream("explain", *arguments)
    assert (code, out) == (2, [])
    assert err[0].startswith(f"error: {line}")
