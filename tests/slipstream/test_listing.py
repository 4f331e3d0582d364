"""Rows of a small shop: the time each product stands for, its pipelines, and how it stands."""

import pytest

from slipstream.listing import as_ofs, differing, matches, rows
from slipstream.quantities import moment
from slipstream.tasks.cache.index import read_index
from slipstream.tasks.cache.pins import pin, read_pins
from tests.cache.shelves import key_of, put

MARCH, JUNE = "2024-03-01T00:00:00+00:00", "2024-06-01T00:00:00+00:00"


@pytest.fixture
def shop(workspace):
    put(workspace, "File")
    put(workspace, "Before:june", made_from=["File"], parameters={"as_of": JUNE})
    put(workspace, "Before:march", made_from=["Before:june"], parameters={"as_of": MARCH})
    put(workspace, "Scores:june", made_from=["Before:june"], parameters={"top": "3"})
    put(workspace, "Scores:march", made_from=["Before:march"], parameters={"top": "5"})
    put(workspace, "Quality", made_from=["Scores:march", "Before:june"])
    put(workspace, "Recommend", made_from=["Scores:june"], run=True)
    put(workspace, "Backtest", made_from=["Quality"], run=True)
    return workspace


@pytest.fixture
def found(shop):
    index = read_index(shop)
    return {row.entry.key: row for row in rows(index, read_pins(shop))}


def test_a_product_stands_for_its_own_time_or_the_latest_of_what_it_was_made_from(shop):
    times = as_ofs(read_index(shop))
    expected = {"Before:june": JUNE, "Before:march": MARCH, "Scores:june": JUNE, "Scores:march": MARCH, "Quality": JUNE}
    assert {name: times[key_of(name)] for name in expected} == {name: moment(text) for name, text in expected.items()}
    assert key_of("File") not in times


def test_a_row_names_the_pipelines_that_reach_it(found):
    assert found[key_of("Scores:june")].pipelines == ("Recommend",)
    assert found[key_of("File")].pipelines == ("Backtest", "Recommend")


def test_a_row_tells_how_its_file_stands(shop):
    file = next(entry.file for entry in read_index(shop).entries if entry.name == "File")
    file.write_bytes(b"longer than before")
    next((shop / "rooms").glob("Quality*.txt")).unlink()
    page = next((shop / "rooms").glob(f"Scores_{key_of('Scores:june')}.manifest.json"))
    page.rename(page.with_name(page.name.replace(".manifest", "~20240101T000000000000.manifest")))
    states = {row.entry.key: row.state for row in rows(read_index(shop), {})}
    assert states[key_of("File")] == "damaged"
    assert states[key_of("Quality")] == "file missing"
    assert states[key_of("Scores:june")] == "set aside"
    assert states[key_of("Recommend")] == "run"
    assert states[key_of("Scores:march")] == "whole"


def test_facts_are_plain_values(shop, found):
    pin(shop, found[key_of("Scores:june")].entry.manifest, "")
    row = next(row for row in rows(read_index(shop), read_pins(shop)) if row.entry.key == key_of("Scores:june"))
    facts = row.facts()
    assert (facts["task"], facts["package"], facts["pinned"]) == ("Scores", "rooms", True)
    assert (facts["bytes"], facts["seconds"], facts["as_of"]) == (11, 1.5, moment(JUNE))
    assert facts["file"].endswith(".txt")


@pytest.mark.parametrize(
    ("given", "wanted", "fits"),
    [
        ({"top": "3"}, {"top": 3}, True),
        ({"top": "3"}, {"top": "3"}, True),
        ({"top": "3"}, {"size": 3}, False),
        ({"top": "3"}, {}, True),
        ({"flag": "True"}, {"flag": True}, True),
        ({"names": '["a", "b"]'}, {"names": ["a", "b"]}, True),
        ({"as_of": "2024-03-01T00:00:00+00:00"}, {"as_of": moment("2024-03-01")}, True),
    ],
)
def test_parameters_are_compared_as_they_are_written(workspace, given, wanted, fits):
    put(workspace, "Scores", parameters=given)
    (row,) = rows(read_index(workspace), {})
    assert matches(row, wanted) is fits


def test_the_parameters_in_which_products_differ_are_named(found):
    both = [found[key_of("Scores:june")], found[key_of("Scores:march")]]
    assert differing(both) == {"top": ["3", "5"]}
    assert differing(both[:1]) == {}


def test_a_manifest_without_a_time_counts_as_old(workspace):
    page = put(workspace, "Scores")
    page.write_text(page.read_text().replace('"at": "2026-01-21T00:00:00+00:00"', '"at": "lately"'))
    (row,) = rows(read_index(workspace), {})
    assert row.made.year == 1970
