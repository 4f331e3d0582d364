import pytest

from slipstream.tasks.data.source import parse_source
from slipstream.tasks.tables import Event, ItemTag, columns

EVENT = columns(Event)


def test_conf_becomes_a_layout():
    source = parse_source(
        {"columns": {"user_id": "userId", "at": ["y", "m"]}, "kind_by_value": [[4, "like"], [0, "view"]]}, EVENT
    )
    assert source.columns == {"user_id": ("userId",), "at": ("y", "m")}
    assert source.kind_by_value == ((4.0, "like"), (0.0, "view"))
    assert source.time_unit == "iso8601"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"seperator": ";"}, "'seperator'; did you mean 'separator'"),
        ({"path": "x.csv"}, "parameter of its own"),
        ({"columns": {"userid": "u"}}, "'userid'; did you mean 'user_id'"),
        ({"constants": {"weight": 1}}, "no column of constants 'weight'"),
        ({"format": "xml"}, "format 'xml' is none of csv, tsv, jsonl, parquet"),
        ({"time_unit": "minutes"}, "time_unit 'minutes'"),
        ({"timezone": "Mars/Base"}, "timezone 'Mars/Base'"),
        ({"encoding": "utf-99"}, "encoding 'utf-99'"),
        ({"separator": "、"}, "must be ASCII characters of one line"),
        ({"quote": "''"}, "must be one ASCII character"),
        ({"columns": {"kind": "k"}, "constants": {"kind": "view"}}, "both in columns and in constants"),
        ({"kind_by_value": [[4, "like"]], "constants": {"kind": "view"}}, "already names the kind"),
        ({"kind_by_value": [[0, "view"], [4, "like"]]}, "put 4 first"),
        ({"split": {"kind": ""}}, "needs a separator"),
    ],
)
def test_senseless_options_are_refused_by_name(given, words):
    with pytest.raises(ValueError, match="source") as error:
        parse_source(given, EVENT)
    assert words in str(error.value)


@pytest.mark.parametrize(
    "given",
    [
        {"columns": ["user_id"]},
        {"encoding": 8},
        {"kind_by_value": [[4]]},
        {"constants": {"kind": True}},
        {"empty": {"a": 1}},
        {"keep_order": "yes"},
    ],
)
def test_options_of_the_wrong_type_are_refused(given):
    with pytest.raises(TypeError, match=f"source: {next(iter(given))}"):
        parse_source(given, EVENT)


def test_a_table_without_kinds_takes_no_kinds():
    with pytest.raises(ValueError, match="has no kinds"):
        parse_source({"kinds": {"a": "view"}}, columns(ItemTag))
