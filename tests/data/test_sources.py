import io

import hypothesis
import pandas as pd
import pytest
from hypothesis import strategies as st

from slipstream.tasks.data.sources import BadRowsError, accepted, read
from slipstream.tasks.export.files import export_csv, export_json_lines, export_parquet
from slipstream.tasks.tables import Event, Item, ItemTag, Tag, columns
from tests.worlds import table

LINE = "u{0},i{0},view,2024-01-01T00:00:00Z,1\n"
HEADER = "user_id,item_id,kind,at,value\n"


def thousand(tmp_path):
    lines = [LINE.format(number).encode() for number in range(1, 1001)]
    lines[9] = b"u10,i10,view,yesterday,1\n"
    lines[499] = b",i500,view,2024-01-01T00:00:00Z,1\n"
    lines[999] = b"u\xff,i1000,view,2024-01-01T00:00:00Z,1\n"
    path = tmp_path / "events.csv"
    path.write_bytes(HEADER.encode() + b"".join(lines))
    return str(path)


def test_three_bad_rows_of_a_thousand(tmp_path):
    parsed = read(thousand(tmp_path), {}, Event)
    assert parsed.total == 1000
    assert len(parsed.rows) == 997
    assert parsed.bad.to_numpy().tolist() == [
        ["events.csv", 10, "at", "yesterday", "no time in iso8601"],
        ["events.csv", 500, "user_id", parsed.bad["value"][1], "missing"],
        ["events.csv", 1000, "user_id", "u\ufffd", "not valid utf-8"],
    ]
    assert parsed.bad["value"].isna().tolist() == [False, True, False]


def test_too_many_bad_rows_stop_with_the_first_one_named(tmp_path):
    parsed = read(thousand(tmp_path), {}, Event)
    assert len(accepted(parsed, bad_share=0.003, path="x", quarantine="q.parquet")) == 997
    with pytest.raises(BadRowsError) as error:
        accepted(parsed, bad_share=0.002, path="x", quarantine="q.parquet")
    words = (
        "3 of 1000 rows (0.30%)",
        "events.csv, row 10, column 'at', value 'yesterday'",
        "q.parquet",
        "raise bad_share",
    )
    assert all(word in str(error.value) for word in words)


def test_a_long_or_missing_value_leaves_room_for_the_remedy(tmp_path):
    (tmp_path / "x.csv").write_text(HEADER + "u,i,view," + "yesterday" * 100 + ",1\n")
    (tmp_path / "y.csv").write_text(HEADER + ",i,view,2024-01-01,1\n")
    for name, words in (("x.csv", "value 'yesterdayyesterday"), ("y.csv", "value nothing: missing")):
        with pytest.raises(BadRowsError) as error:
            accepted(read(str(tmp_path / name), {}, Event), bad_share=0, path=name, quarantine="q.parquet")
        assert words in str(error.value)
        assert len(str(error.value)) < 450


def test_good_rows_are_sorted_and_of_the_declared_types(tmp_path):
    (tmp_path / "x.csv").write_text(HEADER + LINE.format(2) + LINE.format(1))
    rows = accepted(read(str(tmp_path / "x.csv"), {}, Event), bad_share=0, path="", quarantine="").to_pandas()
    pd.testing.assert_frame_equal(rows, Event.validate(rows))
    assert rows["user_id"].tolist() == ["u1", "u2"]


def test_several_files_are_told_apart(tmp_path):
    for day in ("01", "02"):
        (tmp_path / day).mkdir()
        (tmp_path / day / "x.csv").write_text(HEADER + "u,i,view,never,1\n")
    assert read(f"{tmp_path}/*/x.csv", {}, Event).bad["file"].tolist() == ["01/x.csv", "02/x.csv"]


def test_no_path_is_an_empty_table():
    parsed = read("", {}, Event)
    assert list(parsed.rows.columns) == columns(Event)
    assert parsed.total == len(accepted(parsed, bad_share=0, path="", quarantine="")) == 0


def test_a_repeated_key_is_set_aside(tmp_path):
    (tmp_path / "x.csv").write_text("item_id,title\na,A\nb,B\n a ,C\n")
    parsed = read(str(tmp_path / "x.csv"), {}, Item)
    assert parsed.rows["title"].to_list() == ["A", "B"]
    assert parsed.bad[["row", "column", "value", "reason"]].to_numpy().tolist() == [
        [3, "item_id", "a", "stands there already"]
    ]
    (tmp_path / "t.csv").write_text("tag,alias\nheart,cor\nskin,cor\n")
    assert read(str(tmp_path / "t.csv"), {}, Tag).bad["value"].tolist() == ["cor"]


def test_kinds_of_conf_are_known(tmp_path):
    (tmp_path / "x.csv").write_text(HEADER + "u,i,rating,2024-01-01,1\n")
    assert len(read(str(tmp_path / "x.csv"), {}, Event).bad) == 1
    assert len(read(str(tmp_path / "x.csv"), {}, Event, kinds=["rating"]).rows) == 1


word = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn", "Zs", "Zl", "Zp"]), min_size=1, max_size=4)
word = word.filter(lambda given: pd.Series([given]).str.normalize("NFKC")[0].strip() == given)
text = st.builds("{}{}{}".format, word, st.sampled_from(["", ",", '"', "\n", "\r\n", ";", '""', " "]), word)
time = st.datetimes(pd.Timestamp("1900-01-01"), pd.Timestamp("2200-01-01")).map(
    lambda given: pd.Timestamp(given, tz="UTC")
)
row = st.tuples(
    word, text.filter(lambda given: given.strip() == given), st.floats(0.1, 1e9), st.none() | word, st.none() | time
)


@pytest.mark.parametrize("write", [export_csv, export_json_lines, export_parquet])
@hypothesis.given(rows=st.lists(row, min_size=1, max_size=5))
@hypothesis.settings(max_examples=15, deadline=None)
def test_what_was_exported_reads_back(tmp_path_factory, write, rows):
    folder = tmp_path_factory.mktemp("trip")
    given = table(ItemTag, [(item, " ".join(tag.split()), *rest) for item, tag, *rest in rows])
    path = str(folder / {export_csv: "x.csv", export_json_lines: "x.jsonl", export_parquet: "x.parquet"}[write])
    write(given, path)
    parsed = read(path, {}, ItemTag)
    assert parsed.bad.empty, parsed.bad
    again = ItemTag.validate(accepted(parsed, bad_share=0, path=path, quarantine="").to_pandas())
    order = columns(ItemTag)
    pd.testing.assert_frame_equal(
        again.sort_values(order, ignore_index=True), given.sort_values(order, ignore_index=True)
    )


def test_csv_cells_of_any_kind_read_back(tmp_path):
    title = 'a "quoted", one\nand a second line; ソ'
    given = table(Item, [("a", title, title, None, None)])
    export_csv(given, str(tmp_path / "x.csv"))
    assert pd.read_csv(io.BytesIO((tmp_path / "x.csv").read_bytes()))["title"][0] == title
    assert read(str(tmp_path / "x.csv"), {}, Item).rows["title"][0] == title


def test_traces_of_one_moment_may_keep_the_order_of_the_file(tmp_path):
    path = tmp_path / "ratings.dat"
    path.write_bytes(b"1::c::5::7\n2::b::5::7\n1::a::5::7\n1::b::3::9\n1::c::5::7\n")
    source = {
        "separator": "::", "header": ["user_id", "item_id", "value", "at"], "time_unit": "s",
        "constants": {"kind": "view"},
    }  # fmt: skip
    tied = read(str(path), source, Event).rows
    assert tied["at"].n_unique() == 2
    kept = read(str(path), {**source, "keep_order": True}, Event).rows.sort("user_id", "at")
    assert kept["item_id"].to_list() == ["c", "a", "b", "b"]
    assert kept["at"].dt.epoch("us").to_list() == [7_000_000, 7_000_001, 9_000_000, 7_000_000]


def test_the_films_of_movielens_1m_are_items(tmp_path):
    path = tmp_path / "movies.dat"
    path.write_bytes('1::Am\xe9lie (2001)::Comedy|Romance\n2::"Q" & A::Crime\n'.encode("latin-1"))
    source = {"separator": "::", "quote": "", "encoding": "latin-1", "header": ["item_id", "title", "tag"]}
    assert read(str(path), source, Item).rows["title"].to_list() == ["Am\xe9lie (2001)", '"Q" & A']
    tags = read(str(path), {**source, "split": {"tag": "|"}, "constants": {"weight": 1}}, ItemTag)
    assert tags.rows["tag"].to_list() == ["Comedy", "Romance", "Crime"]
