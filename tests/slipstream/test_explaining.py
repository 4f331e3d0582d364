"""Accounts of a small project, line by line."""

import re

import gokart
import pytest

from slipstream.explaining import LONGEST_DIFF, Account, change_lines, lines
from slipstream.selection import select
from slipstream.tasks.cache.changes import CodeChanged
from slipstream.tasks.cache.index import read_index


@pytest.fixture
def told():
    """Give account of tasks of a pipeline, without keys, times and the folder."""

    def told(pipeline, *names, with_diff=True, every=False):
        account = Account.of(select(pipeline, names), read_index(pipeline.root))
        return [
            re.sub(
                r"[0-9a-f]{20}|(?<= )[0-9a-f]{8}\b|\d+\.\d s|\d{4}-\d\d-\d\d \d\d:\d\d|(?<= on )\S+(?=,)",
                "…",
                line.plain,
            )
            for line in lines(account, with_diff=with_diff, every=every)
        ]

    return told


@pytest.fixture
def made(kitchen):
    dinner = kitchen.dinner()
    gokart.build(dinner, reset_register=False)
    return dinner


def test_nothing_was_made_yet(kitchen, told):
    [title, heading, cause, *rest] = told(kitchen.dinner())
    assert (title, heading) == ("Dinner: 4 tasks, 0 hits, 4 misses, 1 root cause", "root cause")
    assert cause.startswith("  no output of it is in the workspace  (")
    assert all(name in cause for name in ("Flour", "Dough", "Bread", "Salt"))
    assert rest[-1] == "  4 tasks, 4 never made before"


def test_all_is_there(made, told):
    assert told(made) == ["Dinner: 4 tasks, 4 hits, 0 misses", "4 hits save …"]


def test_every_task_is_told_of_if_wished(made, told):
    told_of = told(made, every=True)
    assert {line for line in told_of if line.endswith("hit")} == {
        f"{n}  …  hit" for n in ("Flour", "Dough", "Bread", "Salt")
    }


def test_a_change_of_code_and_one_of_data(made, kitchen, told):
    kitchen.corn.write_text("rye")
    kitchen.change("recipe.py", "grain + water", "grain * water")
    told_of = told(kitchen.dinner())
    assert told_of[0] == "Dinner: 4 tasks, 1 hit, 3 misses, 2 root causes"
    assert told_of[1:3] == ["root causes", "  data corn.txt: … → …  (Flour)"]
    assert re.fullmatch(r"  code of knead changed, kitchen/recipe.py:\d+-\d+  \(Dough\)", told_of[3])
    assert told_of[4:7] == [
        "       def knead(flour, water):",
        "      -    return [grain + water for grain in flour]",
        "      +    return [grain * water for grain in flour]",
    ]
    assert told_of[7] == "what will run, and what it took before"
    assert re.fullmatch(r"  Flour  …  data corn.txt: … → …", told_of[8])
    assert re.fullmatch(r"  Dough  …  code of knead changed; made from Flour", told_of[9])
    assert told_of[10:] == ["  Bread  …  made from Dough", "  3 tasks, …", "1 hit saves …"]
    assert not [line for line in told(kitchen.dinner(), with_diff=False) if "def knead" in line]
    assert made.complete() is False


@pytest.mark.usefixtures("made")
def test_one_miss_tells_what_sets_it_apart_and_where_that_began(kitchen, told):
    told_of = told(kitchen.dinner(water=3), "Bread")
    assert told_of == [
        "Bread and all before: 3 tasks, 1 hit, 2 misses, 1 root cause",
        "Bread  …  miss",
        "  nearest earlier output: … of …",
        "  input dough: Dough … → Dough …",
        "root cause",
        "  parameter water: 1 → 3  (Dough)",
        "what will run, and what it took before",
        "  Dough  …  parameter water: 1 → 3",
        "  Bread  …  made from Dough",
        "  2 tasks, …",
        "1 hit saves …",
    ]


def test_one_hit_tells_who_made_it_from_what_and_what_it_saves(made, told):
    assert told(made, "Dough") == [
        "Dough and all before: 2 tasks, 2 hits, 0 misses",
        "Dough  …  hit",
        "  made … on …, code …, water=1",
        "  saves …, … with all it is made from",
        "2 hits save …",
    ]


def test_a_miss_above_a_hit_is_not_needed(made, told):
    flour = made.products["bread"].dough.flour
    flour.output().remove()
    assert told(made) == ["Dinner: 4 tasks, 3 hits, 1 miss (1 not needed)", "3 hits save …"]
    assert "1 miss" in told(made, "Flour")[0]


def test_long_diffs_are_cut():
    change = CodeChanged(
        "m:f", "changed", "/m.py", 1, 90, tuple(f"+line {number}" for number in range(LONGEST_DIFF + 1))
    )
    shown = [line.plain for line in change_lines({change: ["A", "B", "C", "D", "E"]})]
    assert shown[0] == "  code of f changed, /m.py:1-90  (A, B, C and 2 more)"
    assert len(shown) == LONGEST_DIFF + 1
    assert shown[-1] == "      … and 2 more lines"
