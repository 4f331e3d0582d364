import hypothesis
import pandas as pd
import pytest
from hypothesis import strategies as st

from slipstream.tasks import tables
from slipstream.tasks.tables import (
    Event,
    Item,
    ItemTagScore,
    RankingFeature,
    Recommendation,
    Row,
    TagFeature,
    User,
    check,
    columns,
    empty,
)
from tests.worlds import moment

ROWS = sorted(
    (row for row in vars(tables).values() if isinstance(row, type) and issubclass(row, Row) and row is not Row),
    key=lambda row: row.__name__,
)
every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.__name__)

words = st.text(min_size=1, max_size=4)
events = st.lists(
    st.tuples(
        words,
        words,
        words,
        st.datetimes(pd.Timestamp("1700-01-01"), pd.Timestamp("2200-01-01")).map(lambda at: pd.Timestamp(at, tz="UTC")),
        st.none() | st.floats(-1e9, 1e9),
    ),
    max_size=5,
)


def event(**given):
    return {"user_id": "u", "item_id": "i", "kind": "view", "at": moment(0), "value": 1.0, **given}


def recommendation(**given):
    row = {"user_id": "u", "item_id": "i", "rank": 1, "score": 0.5, "source": "popular", "reason": "read by many"}
    return {**row, **given}


@every_row
def test_an_empty_table_has_the_declared_columns_and_passes_its_own_check(row):
    nothing = empty(row)
    assert len(nothing) == 0
    assert list(nothing.columns) == columns(row)
    assert check(row, nothing, "Nothing").dtypes.to_dict() == nothing.dtypes.to_dict()


@every_row
def test_times_are_utc_and_ids_are_text_everywhere(row):
    types = empty(row).dtypes.astype(str)
    for name, dtype in types.items():
        if name in {"at", "published_at"}:
            assert dtype == "datetime64[us, UTC]"
        if name in {"user_id", "item_id", "tag", "alias", "id", "neighbour_id", "source", "kind"}:
            assert dtype == "str"


@every_row
def test_a_declaration_says_what_its_row_is(row):
    assert row.__doc__
    assert row.__doc__ != Row.__doc__
    assert columns(row)


def test_columns_are_named_in_the_declared_order():
    assert columns(Event) == ["user_id", "item_id", "kind", "at", "value"]


@hypothesis.given(events)
@hypothesis.settings(max_examples=40, deadline=None)
def test_checking_brings_to_the_declared_types_changes_no_value_and_ends_there(rows):
    given = pd.DataFrame(rows, columns=columns(Event))
    before = given.copy()
    once = check(Event, given, "Events")
    assert once.dtypes.to_dict() == empty(Event).dtypes.to_dict()
    assert once[["user_id", "item_id", "kind"]].to_numpy().tolist() == [[*row[:3]] for row in rows]
    assert once["at"].to_list() == [row[3] for row in rows]
    assert once["value"].astype(object).where(once["value"].notna(), None).to_list() == [row[4] for row in rows]
    pd.testing.assert_frame_equal(check(Event, once, "Events"), once)
    pd.testing.assert_frame_equal(given, before)


def test_rows_are_numbered_anew():
    given = pd.DataFrame([event(), event(user_id="v")], index=[7, 3])
    assert check(Event, given, "Events").index.to_list() == [0, 1]


def test_columns_are_brought_to_the_declared_order():
    given = pd.DataFrame([event()])[["value", "at", "kind", "item_id", "user_id"]]
    assert list(check(Event, given, "Events").columns) == columns(Event)


def test_feature_columns_come_on_top_of_the_declared_ones():
    for row, key in ((TagFeature, {"item_id": "i", "tag": "t", "given": 1}), (RankingFeature, event())):
        given = {name: key[name] for name in columns(row)}
        made = check(row, pd.DataFrame([{"hits": 2.0, **given, "age": 1.0}]), "Features")
        assert list(made.columns) == [*columns(row), "hits", "age"]


def test_a_missing_column_is_named_with_those_that_are_there():
    with pytest.raises(ValueError, match=r"^Trials: table User needs column 'user_id'; found id, name$"):
        check(User, pd.DataFrame({"id": ["a"], "name": ["b"]}), "Trials")


def test_a_column_too_many_is_named():
    with pytest.raises(ValueError, match=r"^Trials: .*table User.*'name'"):
        check(User, pd.DataFrame({"user_id": ["a"], "name": ["b"]}), "Trials")


@pytest.mark.parametrize(
    ("row", "rows", "parts"),
    [
        (Event, [event(), event(user_id="")], ("1 values", "column user_id", "row 1", "value ''")),
        (Event, [event(), event(at=None)], ("column at", "row 1", "null")),
        (Event, [event(value="much")], ("column value", "row 0", "'much'", "float64")),
        (Recommendation, [recommendation(rank=0)], ("column rank", "row 0", "value 0", "equal_to(1)")),
        (
            ItemTagScore,
            [{"item_id": "i", "tag": "t", "score": 1.5, "evidence": ""}],
            ("column score", "row 0", "value 1.5", "less_than_or_equal_to(1"),
        ),
        (User, [{"user_id": "a"}, {"user_id": "b"}, {"user_id": "a"}], ("2 values", "column user_id", "value 'a'")),
        (
            Recommendation,
            [recommendation(), recommendation(item_id="j")],
            ("column user_id", "row 0", "value 'u'", "uniqueness of user_id, rank"),
        ),
        (
            Item,
            [{"item_id": "i", "title": None, "text": "", "language": None, "published_at": None}],
            ("column title",),
        ),
    ],
)
def test_a_value_that_breaks_the_table_is_named_with_its_place(row, rows, parts):
    with pytest.raises(ValueError, match=f"^Trials: .*break table {row.__name__}") as caught:
        check(row, pd.DataFrame(rows), "Trials")
    for part in parts:
        assert part in str(caught.value)
