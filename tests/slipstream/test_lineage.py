import json

import pytest
from rich.console import Console

from slipstream.lineage import facts, labelled, page
from slipstream.listing import rows
from slipstream.tasks.cache.index import read_index
from slipstream.tasks.cache.pins import pin, read_pins
from tests.cache.shelves import key_of, put


@pytest.fixture
def shop(workspace):
    put(workspace, "Items")
    put(workspace, "Features", made_from=["Items", "Gone"])
    put(workspace, "Scores", made_from=["Features", "Items"], parameters={"top": "3", "note": "[red]"})
    put(workspace, "Recommend", made_from=["Scores"], run=True)
    return workspace


def look(root, name="Scores"):
    index, pins = read_index(root), read_pins(root)
    row = next(row for row in rows(index, pins) if row.entry.name == name)
    return index, row, pins


def drawn(root, name="Scores"):
    console = Console(width=200, color_system=None)
    with console.capture() as capture:
        console.print(page(*look(root, name)))
    return [line.rstrip() for line in capture.get().splitlines()]


def test_a_page_draws_what_a_product_was_made_from_and_is_used_by(shop):
    lines = drawn(shop)
    start = lines.index("made from")
    assert lines[start : start + 8] == [
        "made from",
        f"├── input0: Features {key_of('Features')[:10]}",
        f"│   ├── input0: Items {key_of('Items')[:10]}",
        f"│   └── input1: {key_of('Gone')[:10]} (no longer here)",
        f"└── input1: Items {key_of('Items')[:10]}",
        "",
        "used by",
        f"└── Recommend {key_of('Recommend')[:10]}",
    ]


def test_a_page_tells_what_the_manifest_knows(shop):
    index, row, _ = look(shop)
    pin(shop, row.entry.manifest, "for [b]us[/b]")
    text = " ".join("\n".join(drawn(shop)).split())
    assert "task Scores of rooms key" in text
    assert "parameter note [red]" in text
    assert "for [b]us[/b]" in text
    assert "libraries python 3.11.0" in text
    assert f"log {row.entry.page.parent}" in text
    assert len(index.entries) == 4


def test_earlier_acceptances_are_told(shop):
    _, row, _ = look(shop)
    told = [{"from_key": "f00d", "by": "ann", "at": "2026-01-01", "why": "a rename"}]
    row.entry.page.write_text(json.dumps({**json.loads(row.entry.page.read_text()), "accepted": told}))
    assert any("f00d by ann at 2026-01-01: a rename" in line for line in drawn(shop))


def test_what_stands_above_is_not_spelled_out_again(shop):
    put(shop, "Lists", made_from=["Features", "Scores"])
    text = "\n".join(drawn(shop, "Lists"))
    assert text.count("(no longer here)") == 1
    assert f"Features {key_of('Features')[:10]} …" in text


def test_manifests_that_name_each_other_are_drawn_once(workspace):
    put(workspace, "One", made_from=["Two"])
    put(workspace, "Two", made_from=["One"])
    assert len(drawn(workspace, "One")) < 40


def test_facts_name_lineage_manifest_and_pin(shop):
    index, row, pins = look(shop)
    told = facts(index, row, pins)
    assert {other["task"] for other in told["made_from"]} == {"Items", "Features", None}
    assert [other["task"] for other in told["used_by"]] == ["Recommend"]
    assert told["pin"] is None
    assert told["manifest"]["parameters"] == {"top": "3", "note": "[red]"}
    assert told["log"].endswith(".log")


def test_inputs_in_lists_are_numbered(shop):
    page_of = look(shop)[1].entry.page
    inputs = {"tables": ["a", {"b": "c"}], "items": "d"}
    page_of.write_text(json.dumps({**json.loads(page_of.read_text()), "inputs": inputs}))
    assert labelled(look(shop)[1].entry) == [("tables.0", "a"), ("tables.1.b", "c"), ("items", "d")]
