"""Outputs of a small workspace beside the tasks of a graph."""

from dataclasses import replace

import pytest

from slipstream.tasks.cache.history import History, made_or_accepted
from slipstream.tasks.cache.index import read_index
from tests.cache.small_tasks import Leaf, Lines, Ones, Several


@pytest.fixture
def history(workspace):
    return lambda *tasks: History(tasks, read_index(workspace))


def test_a_product_is_a_hit_once_it_is_made(build, history):
    leaf = Leaf(number=1)
    key = leaf.make_unique_id()
    assert not history(leaf).is_hit(key)
    build(leaf)
    assert history(leaf).is_hit(key)
    assert history(leaf).output(key).key == key
    leaf.output().file.write_bytes(b"")
    assert not history(leaf).is_hit(key)


def test_what_was_set_aside_is_the_output_of_its_key_until_there_is_another(build, history):
    leaf = Leaf(number=1)
    key = leaf.make_unique_id()
    build(leaf)
    leaf.output().set_aside()
    assert history(leaf).output(key).is_set_aside
    build(leaf)
    assert not history(leaf).output(key).is_set_aside
    assert [entry.is_set_aside for entry in history(leaf).outputs("tests.cache.Leaf")] == [True, False]


def test_the_nearest_output_is_one_that_the_graph_does_not_use_itself(build, history):
    old, used, new = Leaf(number=1), Leaf(number=2), Leaf(number=3)
    for leaf in (old, used):
        build(leaf)
    assert history(used, new).nearest(new.make_unique_id()).key == old.make_unique_id()
    assert history(new).nearest(new.make_unique_id()).key == used.make_unique_id()
    assert history(Several(parts=[new])).nearest(Several(parts=[new]).make_unique_id()) is None


def test_twins_keep_to_the_outputs_that_were_made_from_their_own_inputs(build, history, tmp_path):
    files = [tmp_path / name for name in ("a.txt", "b.txt")]
    for file in files:
        file.write_text(f"from {file.name}")
    old = [Ones(users=Lines(path=str(file))) for file in files]
    for task in old:
        build(task)
    keys = [task.make_unique_id() for task in old]
    for file in files:
        file.write_text(f"later from {file.name}")
    lines = [Lines(path=str(file)) for file in files]
    twins = [Ones(users=users) for users in lines]
    found = history(*lines, *twins)
    assert [found.nearest(task.make_unique_id()).key for task in twins] == keys


def test_an_output_counts_from_its_acceptance(build, history):
    build(Leaf(number=1))
    [entry] = history().outputs("tests.cache.Leaf")
    assert made_or_accepted(entry)[0] == entry.manifest.at
    accepted = ({"from_key": "", "by": "", "at": "2999-01-01", "why": ""},)
    later = replace(entry, manifest=replace(entry.manifest, accepted=accepted))
    assert made_or_accepted(later)[0] == "2999-01-01"
