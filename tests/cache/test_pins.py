import pytest

from slipstream.tasks.cache.manifest import Manifest
from slipstream.tasks.cache.pins import pin, read_pins, unpin
from tests.cache.shelves import key_of, put


@pytest.fixture
def manifest(workspace):
    return Manifest.read(put(workspace, "Scores"))


def test_a_pin_says_who_wants_what_kept_and_why(workspace, manifest):
    made = pin(workspace, manifest, "for the café")
    assert read_pins(workspace) == {manifest.key: made}
    assert (made.task, made.why) == ("rooms.Scores", "for the café")
    assert made.by
    assert made.at


def test_a_later_pin_takes_the_place_of_an_earlier_one(workspace, manifest):
    pin(workspace, manifest, "one")
    pin(workspace, manifest, "two")
    assert [pin.why for pin in read_pins(workspace).values()] == ["two"]


def test_a_pin_is_withdrawn_once(workspace, manifest):
    pin(workspace, manifest, "")
    assert unpin(workspace, manifest.key)
    assert not unpin(workspace, manifest.key)
    assert read_pins(workspace) == {}


@pytest.mark.parametrize("damage", ["", "[]", '{"key": 1}'])
def test_a_damaged_pin_still_counts(workspace, manifest, damage):
    pin(workspace, manifest, "")
    (workspace / ".pins" / f"{manifest.key}.json").write_text(damage)
    assert list(read_pins(workspace)) == [manifest.key]


def test_other_files_are_no_pins(workspace, manifest):
    pin(workspace, manifest, "")
    (workspace / ".pins/notes.json").write_text("{}")
    assert list(read_pins(workspace)) == [key_of("Scores")]


def test_without_pins_nothing_is_pinned(workspace):
    assert read_pins(workspace) == {}
