"""Collecting at work: interrupted at every step, beside other writers, and over workspaces of any shape."""

import multiprocessing
import os
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slipstream.tasks.cache import removal
from slipstream.tasks.cache.collect import Rules, newest_runs, plan
from slipstream.tasks.cache.index import read_index
from slipstream.tasks.cache.manifest import Manifest
from slipstream.tasks.cache.pins import pin
from slipstream.tasks.cache.removal import carry_out
from slipstream.tasks.cache.survey import survey
from tests.cache.shelves import NOW, age, key_of, names, put, touch

ALL = Rules(keep_runs=1)


def collect(root, rules=ALL):
    return carry_out(root, plan(survey(root), rules, NOW).removals)


@pytest.fixture
def shop(workspace):
    """A kept run over two products, and three products and left-overs that go."""
    put(workspace, "Items")
    put(workspace, "Scores", made_from=["Items"])
    put(workspace, "Recommend", made_from=["Scores"], run=True)
    put(workspace, "Features:old", made_from=["Items"])
    put(workspace, "Scores:old", made_from=["Features:old"])
    put(workspace, "Recommend:old", made_from=["Scores:old"], run=True, days=20)
    for left in (f".locks/{'a' * 20}", f"rooms/Lost_{'a' * 20}-01234567.parquet", f".tmp/{'b' * 32}/half"):
        age(touch(workspace / left).parent, 10)
    touch(workspace / "notes.txt")
    return workspace


def test_what_was_planned_is_gone_and_nothing_else(shop):
    before = names(shop)
    decided = plan(survey(shop), ALL, NOW)
    outcome = carry_out(shop, decided.removals)
    gone = set(before) - set(names(shop))
    assert gone == {
        str((item.path / "half" if item.path.is_relative_to(shop / ".tmp") else item.path).relative_to(shop))
        for removed in decided.removals
        for item in removed.items
    }
    assert outcome.changed == ()
    assert outcome.count == len(gone)
    assert {entry.name for entry in read_index(shop).entries} == {"Items", "Scores", "Recommend"}
    assert (shop / "notes.txt").exists()


def _die_after(root, steps):
    left = iter(range(steps))
    remove = removal.remove

    def count(path):
        if next(left, None) is None:
            os._exit(9)
        remove(path)

    removal.remove = count
    collect(root)
    os._exit(0)


def test_an_end_at_any_step_leaves_whole_products_and_the_next_time_finishes(shop, tmp_path):
    steps = sum(len(removed.items) for removed in plan(survey(shop), ALL, NOW).removals)
    assert steps > 8
    for step in range(steps):
        copy = tmp_path / f"step{step}"
        _copy(shop, copy)
        child = multiprocessing.get_context("fork").Process(target=_die_after, args=(copy, step))
        child.start()
        child.join()
        assert child.exitcode == 9
        index = read_index(copy)
        assert all(entry.is_whole for entry in index.entries)
        assert index.unreadable == ()
        collect(copy)
        assert {entry.name for entry in read_index(copy).entries} == {"Items", "Scores", "Recommend"}
        assert plan(survey(copy), ALL, NOW).removals == ()


def _copy(source, to):
    for path in source.rglob("*"):
        if path.is_file():
            copied = touch(to / path.relative_to(source), path.read_bytes())
            os.utime(copied, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    age(to / f".tmp/{'b' * 32}", 10)


def test_what_changed_since_it_was_looked_at_stays_with_what_it_names(shop):
    decided = plan(survey(shop), ALL, NOW)
    page = shop / f"rooms/Features_{key_of('Features:old')}.manifest.json"
    age(page, 0)
    assert carry_out(shop, decided.removals).changed == (page,)
    assert next(entry for entry in read_index(shop).entries if entry.page == page).is_whole


def test_what_is_gone_already_is_no_trouble(shop):
    decided = plan(survey(shop), ALL, NOW)
    carry_out(shop, decided.removals)
    outcome = carry_out(shop, decided.removals)
    assert (outcome.count, outcome.bytes, outcome.changed) == (0, 0, ())


def test_only_a_link_in_a_temporary_folder_goes_not_what_it_leads_to(shop, tmp_path):
    precious = touch(tmp_path / "elsewhere/precious.txt")
    folder = shop / f".tmp/{'b' * 32}"
    (folder / "link").symlink_to(precious.parent)
    os.utime(folder / "link", (1, 1), follow_symlinks=False)
    age(folder, 10)
    collect(shop)
    assert not folder.exists()
    assert precious.exists()


@st.composite
def _worlds(draw):
    """Products and runs made from earlier ones, some of them pinned, and rules for them."""
    count = draw(st.integers(1, 12))
    steps = [
        (
            draw(st.sampled_from(["Items", "Scores", "Recommend", "Backtest"])),
            draw(st.sets(st.integers(0, number - 1), max_size=3)) if number else set(),
            draw(st.floats(0, 60)),
            draw(st.booleans()),
        )
        for number in range(count)
    ]
    rules = Rules(
        keep_runs=draw(st.integers(0, 2)),
        grace=timedelta(days=draw(st.integers(0, 3))),
        older_than=draw(st.none() | st.integers(0, 40).map(lambda days: timedelta(days=days))),
        budget=draw(st.none() | st.integers(0, 20_000)),
    )
    return steps, rules


@given(_worlds())
@settings(max_examples=60, deadline=None)
def test_whatever_the_rules_what_pins_and_newest_runs_reach_stays(world):
    steps, rules = world
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for number, (task, made_from, days, pinned) in enumerate(steps):
            before = [f"{steps[other][0]}:{other}" for other in made_from]
            run = task in {"Recommend", "Backtest"}
            page = put(root, f"{task}:{number}", made_from=before, days=days, run=run)
            if pinned and number % 3 == 0:
                pin(root, Manifest.read(page), "")
        touch(root / "notes.txt")
        index = read_index(root)
        pinned_keys = {path.stem for path in (root / ".pins").glob("*")}
        needed = index.upstream({*pinned_keys, *newest_runs(index, rules.keep_runs)})
        decided = plan(survey(root), rules, NOW)
        carry_out(root, decided.removals)
        left = read_index(root)
        assert needed <= set(left.by_key)
        assert all(entry.is_whole for entry in left.entries)
        assert (root / "notes.txt").exists()
        assert plan(survey(root), rules, NOW).removals == ()
        if rules.budget is not None and decided.kept_bytes > rules.budget and not rules.older_than:
            assert set(left.by_key) == set(decided.kept)
