import os

import hypothesis
import pytest
from hypothesis import strategies as st

from slipstream.tasks.cache import address
from slipstream.tasks.cache.address import (
    LENGTH,
    compute_key,
    data_of,
    package_of,
    qualified_name,
    source_stamps,
    upstream,
    upstream_first,
)
from tests.cache.small_tasks import Leaf, Lines, Ones, Several


class Step:
    """Something with a key: named inputs, parameters and outside files."""

    def __init__(self, inputs=None, parameters=None, sources=()):
        self.address = None
        self._inputs, self._parameters, self._sources = inputs or {}, parameters or {}, sources

    def inputs(self):
        return self._inputs

    def significant_parameters(self):
        return self._parameters

    def sources(self):
        return [str(path) for path in self._sources]


class Leap(Step):
    """The same by another name."""


def key(**given):
    return address.address(Step(**given)).key


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("one")
    return path


graphs = st.lists(st.lists(st.integers(0, 10**6), max_size=4), max_size=12).map(
    lambda rows: [[choice % place for choice in row] if place else [] for place, row in enumerate(rows)]
)


@hypothesis.given(graphs)
@hypothesis.settings(deadline=None)
def test_everything_stands_once_and_after_what_it_depends_on(inputs):
    root = len(inputs)
    order = upstream_first(root, lambda place: range(root) if place == root else inputs[place])
    assert sorted(order) == list(range(root + 1))
    for place, before in enumerate(inputs):
        assert all(order.index(one) < order.index(place) for one in before)


def test_only_what_is_reached_is_ordered():
    links = {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": [], "other": ["a"]}
    order = upstream_first("a", links.__getitem__)
    assert set(order) == {"a", "b", "c", "d"}
    assert (order[0], order[-1]) == ("d", "a")


def test_a_key_is_short_and_the_same_every_time(file):
    given = {"inputs": {"rows": Step()}, "parameters": {"size": "3"}, "sources": [file]}
    assert key(**given) == key(**given)
    assert len(key(**given)) == LENGTH
    assert set(key(**given)) <= set("0123456789abcdef")


def test_the_order_of_parameters_and_input_names_does_not_count():
    one, other = Step(parameters={"n": "1"}), Step(parameters={"n": "2"})
    assert key(inputs={"a": one, "b": other}) == key(inputs={"b": other, "a": one})
    assert key(parameters={"a": "1", "b": "2"}) == key(parameters={"b": "2", "a": "1"})


def test_everything_that_a_product_depends_on_counts(file, tmp_path):
    (tmp_path / "two.csv").write_text("two")
    part, other = Step(parameters={"n": "1"}), Step(parameters={"n": "2"})
    every = [
        key(),
        address.address(Leap()).key,
        key(parameters={"size": "3"}),
        key(parameters={"size": "4"}),
        key(parameters={"length": "3"}),
        key(sources=[file]),
        key(sources=[tmp_path / "two.csv"]),
        key(sources=[file, file]),
        key(inputs={"rows": part}),
        key(inputs={"rows": other}),
        key(inputs={"lines": part}),
        key(inputs={"rows": [part]}),
        key(inputs={"rows": [part, other]}),
        key(inputs={"rows": [other, part]}),
        key(inputs={"rows": {"left": part}}),
        key(inputs={"rows": Step(inputs={"rows": part})}),
    ]
    assert len(set(every)) == len(every)


def test_the_key_of_a_task_is_its_unique_id():
    assert compute_key(Leaf(number=1)) == Leaf(number=1).make_unique_id() != Leaf(number=2).make_unique_id()


def test_files_are_told_apart_by_place_name_and_content(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "log.csv").write_text(folder)
    found = data_of(Step(sources=[tmp_path / "a/log.csv", tmp_path / "b/log.csv"]))
    assert list(found) == ["0000 log.csv", "0001 log.csv"]
    assert len(set(found.values())) == 2


def test_an_address_is_current_until_a_file_anywhere_upstream_changes(file):
    top = Step(inputs={"rows": [Step(inputs={"rows": Step(sources=[file])})]})
    found = address.address(top)
    assert found.is_current()
    assert [path for path, _ in found.stamps] == [str(file)]
    file.write_text("two, and longer")
    assert not found.is_current()
    assert address.address(top).key != found.key
    file.unlink()
    assert not address.address(Step()).stamps
    assert not found.is_current()


def test_a_file_that_is_only_touched_keeps_every_key(file):
    top = Step(inputs={"rows": Step(sources=[file])})
    found = address.address(top)
    os.utime(file, ns=(1, 1))
    assert not found.is_current()
    assert address.address(top).key == found.key


def test_what_did_not_change_is_not_computed_anew(file):
    rows = Step(sources=[file])
    calm = Step(parameters={"n": "1"})
    top = Step(inputs={"rows": rows, "calm": calm})
    address.address(top)
    before = rows.address, calm.address
    file.write_text("two, and longer")
    address.address(top)
    assert calm.address is before[1]
    assert rows.address is not before[0]


def test_missing_files_have_a_stamp_too(tmp_path):
    assert source_stamps([Step(sources=[tmp_path / "nowhere"])]) == ((str(tmp_path / "nowhere"), None),)


def test_an_upstream_task_counts_whatever_holds_it(file):
    users = Lines(path=str(file))
    assert upstream(Ones(users=users)) == [users]
    assert upstream(Several(parts=[users, Leaf(number=1)])) == [users, Leaf(number=1)]
    assert upstream(Leaf(number=1)) == []


def test_a_class_is_addressed_by_its_package_not_by_its_file():
    assert package_of(Leaf) == "tests.cache"
    assert qualified_name(Leaf) == "tests.cache.Leaf"
    assert package_of(type("Loose", (), {"__module__": "script"})) == "script"
