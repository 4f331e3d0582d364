"""Which product is meant, in a shop with a newest run, a backtest of an earlier time and trials."""

import pytest

from slipstream.listing import rows
from slipstream.lookup import NotFoundError, Wish, find, named, pinned_key
from slipstream.tasks.cache.index import read_index
from slipstream.tasks.cache.pins import Pin
from tests.cache.shelves import key_of, put

MARCH, JUNE = "2024-03-01T00:00:00+00:00", "2024-06-01T00:00:00+00:00"


@pytest.fixture
def shop(workspace):
    for variant, as_of, days in (("march", MARCH, 2), ("june", JUNE, 9)):
        put(workspace, f"Items:{variant}", parameters={"as_of": as_of}, days=days)
        put(workspace, f"Scores:{variant}", made_from=[f"Items:{variant}"], parameters={"top": "3"}, days=days)
    put(workspace, "Scores:inner", made_from=["Items:june"], parameters={"top": "7"}, days=5)
    put(workspace, "Scores:trial", made_from=["Items:june"], parameters={"top": "9"}, days=1)
    put(workspace, "Lists", made_from=["Scores:inner"], days=4)
    put(workspace, "Recommend", made_from=["Scores:june", "Lists"], days=4, run=True)
    put(workspace, "Backtest", made_from=["Scores:march"], days=2, run=True)
    return workspace


def ask(root, name, parameters=None, **wish):
    index = read_index(root)
    return find(index, rows(index, {}), name, Wish(parameters or {}, **wish)).entry.key


def test_the_latest_is_what_the_newest_run_made_directly(shop, caplog):
    assert ask(shop, "Scores") == key_of("Scores:june")
    assert ask(shop, "rooms.Scores") == key_of("Scores:june")
    assert caplog.records == []


@pytest.mark.parametrize(
    ("parameters", "wish", "expected"),
    [
        ({"top": 7}, {}, "inner"),
        ({"top": "9"}, {}, "trial"),
        ({}, {"as_of": MARCH}, "march"),
        ({}, {"as_of": "2024-03-01"}, "march"),
        ({}, {"pipeline": "Backtest"}, "march"),
        ({}, {"as_of": None}, "march"),
    ],
)
def test_a_wish_narrows_the_choice(shop, parameters, wish, expected):
    assert ask(shop, "Scores", parameters, **wish) == key_of(f"Scores:{expected}")


def test_a_key_is_found_by_its_first_digits(shop):
    assert ask(shop, key_of("Scores:trial")[:6]) == key_of("Scores:trial")
    assert ask(shop, key_of("Recommend")) == key_of("Recommend")


def test_a_choice_that_only_the_time_of_making_decides_is_told(workspace, caplog):
    for variant, days in (("one", 3), ("two", 2)):
        put(workspace, f"Scores:{variant}", parameters={"top": variant}, days=days)
    assert ask(workspace, "Scores") == key_of("Scores:two")
    (record,) = caplog.records
    assert record.message == (
        f"2 products of Scores stand for no time; took {key_of('Scores:two')}, the newest, made 2026-01-29; "
        f"the others are {key_of('Scores:one')}; choose by top (one, two), the key"
    )


def test_long_and_many_differences_are_cut_short(workspace, caplog):
    for number in range(6):
        put(workspace, f"Scores:{number}", parameters={"source": f"{number}" * 50}, days=number)
    put(workspace, "Recommend", made_from=[f"Scores:{number}" for number in range(6)], days=0, run=True)
    ask(workspace, "Scores")
    assert f"choose by source ({'0' * 39}…, {'1' * 39}…, {'2' * 39}…, {'3' * 39}…, …), the key" in caplog.text


def test_what_is_set_aside_or_damaged_is_not_chosen(shop):
    page = next((shop / "rooms").glob(f"Scores_{key_of('Scores:june')}.manifest.json"))
    page.rename(page.with_name(page.name.replace(".manifest", "~20240101T000000000000.manifest")))
    assert ask(shop, "Scores") == key_of("Scores:inner")
    next((shop / "rooms").glob(f"Scores_{key_of('Scores:inner')}-*")).unlink()
    assert ask(shop, "Scores") == key_of("Scores:trial")
    for file in (shop / "rooms").glob("Lists*.txt"):
        file.unlink()
    with pytest.raises(NotFoundError, match="all 1 products of Lists are missing or damaged; run it again"):
        ask(shop, "Lists")


@pytest.mark.parametrize(
    ("name", "parameters", "wish", "words"),
    [
        ("Scroes", {}, {}, r"has no product of a task 'Scroes'; did you mean Scores\?"),
        ("Scores", {"tpo": 3}, {}, r"Scores has no parameter 'tpo'; did you mean top\?"),
        ("Scores", {"top": 4}, {}, "no Scores has top = 4; there are 3, 7, 9"),
        ("Scores", {}, {"as_of": "2024-04-01"}, "no Scores is as of 2024-04-01T00:00:00.*; there are 2024-03-01T"),
        ("Scores", {}, {"pipeline": "Recomend"}, r"no run of 'Recomend' made a Scores; did you mean Recommend\?"),
        ("0" * 19 + "1", {}, {}, "has no product with key '00000000000000000001'; list them by: slipstream catalog"),
    ],
)
def test_what_is_not_there_is_named_with_what_there_is(shop, name, parameters, wish, words):
    with pytest.raises(NotFoundError, match=words):
        ask(shop, name, parameters, **wish)


def test_parameters_that_no_product_has_at_once_are_named(workspace):
    put(workspace, "Scores:one", parameters={"top": "1", "size": "1"})
    put(workspace, "Scores:two", parameters={"top": "2", "size": "2"})
    with pytest.raises(NotFoundError, match="no Scores has all of top = 1, size = 2"):
        ask(workspace, "Scores", {"top": 1, "size": 2})


def alike():
    """Find two names whose keys begin with the same four digits."""
    seen = {}
    for number in range(5000):
        name = f"Scores:{number}"
        other = seen.setdefault(key_of(name)[:4], name)
        if other != name:
            return other, name
    raise AssertionError("five thousand keys begin differently")


def test_digits_that_begin_several_keys_are_refused(workspace):
    shared = alike()
    for name in shared:
        put(workspace, name)
    start = key_of(shared[0])[:4]
    with pytest.raises(NotFoundError, match=rf"2 keys begin with '{start}': .*; give more digits"):
        ask(workspace, start)


def test_two_tasks_of_one_name_are_told_apart_by_their_packages(shop):
    page = put(shop, "Scores:elsewhere")
    page.write_text(page.read_text().replace('"rooms.Scores"', '"elsewhere.Scores"'))
    with pytest.raises(NotFoundError, match=r"2 tasks are called 'Scores'; write elsewhere.Scores or rooms.Scores"):
        ask(shop, "Scores")
    assert ask(shop, "elsewhere.Scores") == key_of("Scores:elsewhere")


def test_all_products_of_a_task_are_listed(shop):
    index = read_index(shop)
    assert {row.entry.key for row in named(index, rows(index, {}), "Lists")} == {key_of("Lists")}


def test_a_pin_is_found_by_task_or_digits():
    pins = {
        key_of(name): Pin(key_of(name), f"rooms.{name[:6]}", "me", "", "")
        for name in ("Scores:1", "Scores:2", "Shelve")
    }
    assert pinned_key(pins, "Shelve") == pinned_key(pins, "rooms.Shelve") == key_of("Shelve")
    assert pinned_key(pins, key_of("Scores:2")[:5]) == key_of("Scores:2")
    with pytest.raises(NotFoundError, match="2 pins are called 'Scores'; pinned are"):
        pinned_key(pins, "Scores")
    with pytest.raises(NotFoundError, match="there is no pin called 'Lists'; nothing is pinned"):
        pinned_key({}, "Lists")
