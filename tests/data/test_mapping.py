import polars as pl
import pytest

from slipstream.tasks.data.delimited import ROW, Raw
from slipstream.tasks.data.mapping import map_rows, plan
from slipstream.tasks.data.source import parse_source
from slipstream.tasks.tables import Event, Impression, Item, ItemTag, columns

KINDS = frozenset({"view", "like"})


def mapped(row, options, marked=False, **cells):
    source = parse_source(options, columns(row))
    frame = pl.DataFrame(cells, strict=False)
    raw = Raw(frame.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(ROW)), (), len(frame), marked)
    result = map_rows(raw, plan(source, row, frame.columns, "x.csv"), source, row, KINDS)
    return result.rows.drop(ROW).to_dicts(), result.bad.rows()


EVENT = {"user_id": ["u"], "item_id": ["a"], "kind": ["view"], "at": ["2024-01-01"]}


def test_ids_are_normalised_and_trimmed():
    rows, _ = mapped(Event, {}, **{**EVENT, "user_id": [" \uff55\uff11\u3000"]})
    assert rows[0]["user_id"] == "u1"
    assert rows[0]["value"] is None


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("user_id", " ", "missing"),
        ("item_id", None, "missing"),
        ("item_id", "\u3000", "missing"),
        ("item_id", "a\nu,b", "a line break inside, as after a stray quote"),
        ("at", "soon", "no time in iso8601"),
        ("kind", "veiw", "unknown kind; known are like, view"),
        ("value", "much", "not a number"),
        ("value", "inf", "not a number"),
    ],
)
def test_bad_cells_are_told_with_column_and_reason(column, cell, reason):
    cells = {**EVENT, "value": ["1"]}
    rows, bad = mapped(
        Event, {}, **{name: [given[0], cell if name == column else given[0]] for name, given in cells.items()}
    )
    assert len(rows) == 1
    assert [(row, where, why) for row, where, _, why in bad] == [(2, column, reason)]


def test_the_kind_may_follow_from_the_value():
    options = {"columns": {"value": "rating"}, "kind_by_value": [[4, "like"], [1, "view"]]}
    base = {name: given * 5 for name, given in EVENT.items() if name != "kind"}
    rows, bad = mapped(Event, options, **base, rating=["5", "4.0", "3.9", "0.5", None])
    assert [row["kind"] for row in rows] == ["like", "like", "view"]
    assert [(row, column) for row, column, *_ in bad] == [(4, "rating"), (5, "rating")]


def test_foreign_kinds_are_renamed_and_skipped():
    cells = {name: given * 3 for name, given in EVENT.items() if name != "kind"}
    rows, bad = mapped(
        Event, {"kinds": {"PV": "view"}, "skip": {"kind": ["ping"]}}, **cells, kind=["PV", "ping", "like"]
    )
    assert [row["kind"] for row in rows] == ["view", "like"]
    assert not bad


def test_a_cell_of_several_values_unfolds():
    options = {
        "columns": {"tag": "genres"},
        "constants": {"weight": 1},
        "split": {"tag": "|"},
        "skip": {"tag": ["(none)"]},
    }
    rows, bad = mapped(ItemTag, options, item_id=["a", "b", "c"], genres=["x| y|", "(none)", ""])
    assert [(row["item_id"], row["tag"], row["weight"]) for row in rows] == [("a", "x", 1.0), ("a", "y", 1.0)]
    assert not bad


def test_lists_unfold_too_and_need_to_be_announced():
    cells = {"item_id": ["a"], "tag": [["x", "y|z"]]}
    options = {"constants": {"weight": 1}}
    assert [row["tag"] for row in mapped(ItemTag, {**options, "split": {"tag": "|"}}, **cells)[0]] == ["x", "y|z"]
    with pytest.raises(ValueError, match="name 'tag' under split"):
        mapped(ItemTag, options, **cells)


def test_columns_are_joined():
    options = {"columns": {"text": ["title", "body"], "published_at": ["day"]}, "time_unit": "%d.%m.%Y"}
    rows, _ = mapped(Item, options, item_id=["a", "b"], title=["T", "U"], body=["B", None], day=["1.2.2024", None])
    assert [row["text"] for row in rows] == ["T B", "U"]
    assert rows[0]["published_at"].month == 2
    rows, bad = mapped(
        Event, {"columns": {"at": ["y", "m"]}, "time_unit": "%Y-%m-%d"}, **{**EVENT, "y": ["2024"], "m": ["1-2"]}
    )
    assert rows[0]["at"].day == 2
    assert not bad


def test_title_stands_in_for_text():
    assert mapped(Item, {}, item_id=["a"], title=["T"])[0][0]["text"] == "T"
    assert mapped(Item, {}, item_id=["a"])[0][0]["title"] == ""


def test_whole_floats_are_ids_without_a_point():
    assert mapped(Event, {}, **{**EVENT, "user_id": [7.0]})[0][0]["user_id"] == "7"


def test_words_for_missing():
    rows, bad = mapped(Event, {"empty": ["NULL", "-"]}, **{**EVENT, "value": ["NULL"]})
    assert rows[0]["value"] is None
    assert not bad


def test_weights_are_positive():
    assert mapped(ItemTag, {}, item_id=["a"], tag=["x"], weight=["0"])[1][0][3] == "not above 0"


def test_a_column_that_is_not_there_is_suggested():
    with pytest.raises(ValueError, match=r"no column 'userID' \(for user_id\); did you mean 'userId'\?; it has userId"):
        mapped(Event, {"columns": {"user_id": "userID"}}, userId=["u"])
    with pytest.raises(ValueError, match="nothing fills column 'kind'"):
        mapped(Event, {}, user_id=["u"], item_id=["a"], at=["2024-01-01"])


SHOWN = {"user_id": ["u"], "item_id": ["a"], "position": ["2"], "clicked": ["1"], "at": ["2024-01-01"]}


@pytest.mark.parametrize(("cell", "clicked"), [("1", True), ("TRUE", True), ("no", False), (0, False), (True, True)])
def test_numbers_and_truth_values_are_read(cell, clicked):
    rows, bad = mapped(Impression, {}, **{**SHOWN, "clicked": [cell], "position": [2.0]})
    assert not bad
    assert (rows[0]["position"], rows[0]["clicked"]) == (2, clicked)
    assert (rows[0]["policy"], rows[0]["propensity"]) == ("", None)


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("position", "0", "positions count from 1"),
        ("position", "1.5", "not a whole number"),
        ("position", "top", "not a whole number"),
        ("position", "99999999999", "not a whole number"),
        ("clicked", "2", "neither true nor false"),
        ("clicked", "", "missing"),
        ("propensity", "0", "not above 0 and up to 1"),
        ("propensity", "1.1", "not above 0 and up to 1"),
        ("propensity", "often", "not a number"),
    ],
)
def test_an_impression_that_cannot_be_is_set_aside(column, cell, reason):
    rows, bad = mapped(Impression, {}, **{**SHOWN, "propensity": ["0.5"], column: [cell]})
    assert not rows
    assert [(where, why) for _, where, _, why in bad] == [(column, reason)]
