"""What goes and what stays, in workspaces of known age; NOW is fixed."""

import json
from datetime import timedelta

import pytest

from slipstream.tasks.cache.collect import Rules, last_uses, newest_runs, plan
from slipstream.tasks.cache.index import read_index
from slipstream.tasks.cache.manifest import Manifest
from slipstream.tasks.cache.pins import pin
from slipstream.tasks.cache.storage import sha256
from slipstream.tasks.cache.survey import survey
from tests.cache.shelves import NOW, age, key_of, put, touch

DAY = timedelta(days=1)


def decide(root, **rules):
    return plan(survey(root), Rules(**rules), NOW)


def going(decided):
    """Name the classes and kinds that go, in order."""
    return [removal.name or removal.items[0].kind.value for removal in decided.removals]


@pytest.fixture
def chain(workspace):
    """Two runs of a pipeline over their own features and scores, and the items under both."""
    put(workspace, "Items", days=40)
    for variant, days in (("old", 30), ("new", 10)):
        put(workspace, f"Features:{variant}", made_from=["Items"], days=days)
        put(workspace, f"Scores:{variant}", made_from=[f"Features:{variant}"], days=days)
        put(workspace, f"Recommend:{variant}", made_from=[f"Scores:{variant}"], days=days, run=True)
    return workspace


def test_what_the_newest_runs_reach_stays(chain):
    assert going(decide(chain)) == []
    decided = decide(chain, keep_runs=1)
    assert going(decided) == ["Recommend", "Scores", "Features"]
    assert {removal.items[0].key for removal in decided.removals} == {
        key_of("Recommend:old"),
        key_of("Scores:old"),
        key_of("Features:old"),
    }
    assert decided.kept == dict.fromkeys(
        map(key_of, ("Recommend:new", "Scores:new", "Features:new", "Items")), "newest runs"
    )


def test_runs_are_counted_for_each_pipeline(chain):
    put(chain, "Backtest:first", made_from=["Scores:old"], days=50, run=True)
    assert set(newest_runs(read_index(chain), 1)) == {key_of("Recommend:new"), key_of("Backtest:first")}
    assert going(decide(chain, keep_runs=1)) == ["Recommend"]


def test_what_a_pin_reaches_stays(chain):
    pin(chain, Manifest.read(next((chain / "rooms").glob(f"Scores_{key_of('Scores:old')}.manifest.json"))), "")
    decided = decide(chain, keep_runs=0)
    assert set(going(decided)) == {"Recommend", "Scores", "Features"}
    assert decided.kept == dict.fromkeys(map(key_of, ("Scores:old", "Features:old", "Items")), "pinned")


def test_the_young_stay_with_what_they_were_made_from(chain):
    put(chain, "Trial", made_from=["Features:old"], days=0.5)
    decided = decide(chain, keep_runs=1)
    assert decided.kept[key_of("Trial")] == decided.kept[key_of("Features:old")] == "young"
    assert key_of("Features:old") not in decide(chain, keep_runs=1, grace=DAY / 4).kept


@pytest.mark.parametrize("changed", [False, True])
def test_what_a_published_file_was_made_from_stays_as_long_as_it_is_the_one(chain, tmp_path, changed):
    outside = touch(tmp_path / "lists.csv", b"a,b\n")
    receipt = {"path": str(outside), "rows": 1, "bytes": 4, "sha256": sha256(outside)}
    put(chain, "Export", made_from=["Scores:old"], days=30, content=json.dumps(receipt).encode(), ending="json")
    outside.write_bytes(b"c,d\n" if changed else b"a,b\n")
    kept = decide(chain, keep_runs=0).kept
    published = dict.fromkeys(map(key_of, ("Export", "Scores:old", "Features:old", "Items")), "published")
    assert kept == ({} if changed else published)


def test_by_age_only_what_was_long_unused_goes(chain):
    put(chain, "Alone", days=60)
    assert going(decide(chain, older_than=45 * DAY, keep_runs=0)) == ["Alone"]
    assert going(decide(chain, older_than=20 * DAY, keep_runs=0)) == ["Alone", "Recommend", "Scores", "Features"]


def test_a_product_is_in_use_as_long_as_something_made_from_it_is(chain):
    made = {key_of(name): NOW - days * DAY for name, days in (("Items", 40), ("Features:new", 10), ("Scores:new", 5))}
    assert last_uses(survey(chain), made)[key_of("Items")] == NOW - 5 * DAY


def test_by_size_the_longest_unused_goes_until_the_rest_fits(workspace):
    for number in range(4):
        put(workspace, f"Alone:{number}", days=50 - number, content=bytes(10_000 + number))
    everything = decide(workspace, budget=10**6)
    assert going(everything) == []
    some = decide(workspace, budget=everything.kept_bytes - 15_000)
    assert [removal.items[0].key for removal in some.removals] == [key_of("Alone:0"), key_of("Alone:1")]
    assert some.kept_bytes <= everything.kept_bytes - 15_000


def test_by_size_nothing_goes_that_is_reached(chain):
    decided = decide(chain, keep_runs=2, budget=1)
    assert going(decided) == []
    assert decided.kept_bytes > 1


def test_a_manifest_goes_before_what_it_names(workspace):
    put(workspace, "Alone")
    (removal,) = decide(workspace).removals
    assert [item.kind.value for item in removal.items] == ["manifest", "product", "log of a task"]


def test_a_product_set_aside_goes_but_not_a_file_that_is_still_named(chain):
    page = chain / f"rooms/Scores_{key_of('Scores:new')}.manifest.json"
    aside = page.with_name(page.name.replace(".manifest", "~20260101T000000000000.manifest"))
    aside.write_bytes(page.read_bytes())
    age(aside, 10)
    (removal,) = decide(chain).removals
    assert [item.path for item in removal.items] == [aside]
    assert removal.why == "set aside"
    page.write_text(json.dumps({**json.loads(page.read_text()), "file": f"Scores_{key_of('Scores:new')}-00000000.txt"}))
    touch(page.parent / f"Scores_{key_of('Scores:new')}-00000000.txt", b"Scores:new")
    (removal,) = decide(chain).removals
    assert [item.kind.value for item in removal.items] == ["manifest", "product"]


def test_what_was_just_set_aside_stays(chain):
    page = chain / f"rooms/Alone_{key_of('Alone')}.manifest.json"
    put(chain, "Alone", days=0.5)
    page.rename(page.with_name(page.name.replace(".manifest", f"~{NOW - DAY / 2:%Y%m%dT%H%M%S%f}.manifest")))
    put(chain, "Alone", days=20, content=b"made again")
    assert going(decide(chain)) == ["Alone"]
    assert decide(chain).removals[0].why == "not reached"


def test_what_nothing_took_the_place_of_stands_for_its_key(chain):
    page = chain / f"rooms/Scores_{key_of('Scores:new')}.manifest.json"
    page.rename(page.with_name(page.name.replace(".manifest", "~20260101T000000000000.manifest")))
    decided = decide(chain, keep_runs=1)
    assert set(decided.kept) == set(map(key_of, ("Recommend:new", "Scores:new", "Features:new", "Items")))


LEFT = {
    "product": f"rooms/Lost_{'a' * 20}-01234567.parquet",
    "log of a task": f"rooms/Lost_{'a' * 20}.log",
    "temporary folder": f".tmp/{'b' * 32}/half",
    "lock": f".locks/{'a' * 20}",
    "code texts": f".code/{'d' * 64}.json",
    "manifest": f"rooms/Lost_{'a' * 20}.manifest.json",
}


@pytest.mark.parametrize("kind", LEFT)
def test_what_was_left_behind_goes_when_it_is_old_enough(chain, kind):
    path = touch(chain / LEFT[kind], b"{")
    for days, expected in ((2, [kind]), (0.5, [])):
        age(path, days)
        age(path.parent, 2)
        assert [removal.items[0].kind.value for removal in decide(chain).removals] == expected


def test_the_texts_of_code_go_with_the_last_product_made_by_it(chain):
    put(chain, "Alone", code="e" * 64)
    touch(chain / f".code/{'e' * 64}.json")
    touch(chain / f".code/{'c0de' * 16}.json")
    decided = decide(chain)
    assert [removal.items[0].path.name for removal in decided.removals][-1] == f"{'e' * 64}.json"
    assert len(decided.removals) == 2


def test_the_logs_of_the_last_twenty_runs_stay(chain):
    for number in range(23):
        path = touch(chain / f"log/20260101T0000{number:02d}-Recommend-ab_12xyz/journal.jsonl", days=60 - number)
        age(path.parent, 60 - number)
    assert [removal.items[0].path.name[:17] for removal in decide(chain).removals] == [
        f"20260101T0000{number:02d}-R"[:17] for number in (2, 1, 0)
    ]


def test_what_a_newer_version_mentions_stays(chain):
    newer = put(chain, "Later", made_from=["Scores:old"])
    newer.write_text(json.dumps({**json.loads(newer.read_text()), "format": 99}))
    age(newer, 10)
    decided = decide(chain, keep_runs=0)
    assert decided.kept == dict.fromkeys(
        map(key_of, ("Scores:old", "Features:old", "Items")), "mentioned by a newer version"
    )
    assert not any(item.key == key_of("Later") for removal in decided.removals for item in removal.items)


def test_an_entry_that_names_a_foreign_file_stays(chain):
    page = put(chain, "Alone")
    page.write_text(json.dumps({**json.loads(page.read_text()), "file": "../../precious.txt"}))
    touch(chain.parent / "precious.txt")
    age(page, 10)
    assert decide(chain).kept[key_of("Alone")] == "not named as ours"


@pytest.mark.parametrize("at", ["", "yesterday", "2026-01-01T00:00:00"])
def test_a_manifest_without_a_time_counts_from_its_page(workspace, at):
    page = put(workspace, "Alone")
    page.write_text(json.dumps({**json.loads(page.read_text()), "at": at}))
    age(page, 10)
    assert going(decide(workspace)) == ["Alone"]
    age(page, 0.5)
    assert going(decide(workspace)) == []


def test_manifests_that_name_each_other_do_no_harm(workspace):
    put(workspace, "One", made_from=["Two"])
    put(workspace, "Two", made_from=["One"])
    assert sorted(going(decide(workspace))) == ["One", "Two"]
