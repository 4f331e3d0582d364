import gzip
import os

import polars as pl
import pytest

from slipstream.tasks.data.delimited import MARK, ROW
from slipstream.tasks.data.reading import find_files, read_raw
from slipstream.tasks.data.source import Source

LINES = b'{"a": 1, "b": "x"}\n{broken\n\n[1]\n{"a": "\\ud800"}\n{"b": null}\n'


def cells(path, **options):
    return read_raw(str(path), Source(**options), list)


def test_files_of_a_pattern_are_sorted(tmp_path):
    for name in ("b.csv", "a.csv", "c.txt"):
        (tmp_path / name).write_text("x")
    assert [os.path.basename(path) for path in find_files(f"{tmp_path}/*.csv")] == ["a.csv", "b.csv"]  # noqa: PTH119
    assert find_files("") == []


@pytest.mark.parametrize("name", ["no.csv", "no-*.csv"])
def test_a_missing_file_is_named_with_the_working_directory(tmp_path, name):
    with pytest.raises(FileNotFoundError) as error:
        find_files(str(tmp_path / name))
    assert name in str(error.value)
    assert os.getcwd() in str(error.value)  # noqa: PTH109


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"is a folder.*\*\.csv"):
        find_files(str(tmp_path))


def test_json_lines_set_broken_ones_aside(tmp_path):
    (tmp_path / "x.jsonl").write_bytes(LINES)
    raw = cells(tmp_path / "x.jsonl")
    assert raw.cells.rows() == [(1, "1", "x"), (5, None, None)]
    assert [one.row for one in raw.damaged] == [2, 3, 4]
    assert raw.total == 5


def test_lists_in_json_lines_stay_lists(tmp_path):
    (tmp_path / "x.ndjson").write_text('{"t": ["a", "b|c"]}\n{"t": "d"}\n{}\n')
    assert cells(tmp_path / "x.ndjson").cells["t"].to_list() == [["a", "b|c"], ["d"], [None]]


@pytest.mark.parametrize(("encoding", "codec"), [("utf-8", "utf-8-sig"), ("cp932", "cp932"), ("utf-16", "utf-16")])
def test_encodings(tmp_path, encoding, codec):
    (tmp_path / "x.csv").write_bytes("名,b\n心臓,ソ\n".encode(codec))
    raw = cells(tmp_path / "x.csv", encoding=encoding)
    assert raw.cells.drop(ROW).to_dicts() == [{"名": "心臓", "b": "ソ"}]
    assert not raw.marked


def test_bytes_that_do_not_decode_are_marked(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"a,b\n1,x\n2,\xff\n3,y,\xff\n")
    raw = cells(tmp_path / "x.csv")
    assert raw.marked
    assert raw.cells["b"].to_list() == ["x", MARK]
    assert [one.row for one in raw.damaged] == [3]


def test_gzip_is_recognised_by_content(tmp_path):
    (tmp_path / "x.csv").write_bytes(gzip.compress(b"a\n1\n"))
    (tmp_path / "y.tsv.gz").write_bytes(gzip.compress(b"a\tb\n1\t2\n"))
    assert cells(tmp_path / "x.csv").cells["a"].to_list() == ["1"]
    assert cells(tmp_path / "y.tsv.gz").cells["b"].to_list() == ["2"]


def test_a_cut_gzip_file_is_named(tmp_path):
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(b"a\n" + os.urandom(1000).hex().encode())[:-20])
    with pytest.raises(ValueError, match=r"x\.csv\.gz is a damaged gzip file"):
        cells(tmp_path / "x.csv.gz")


def test_parquet_keeps_its_types(tmp_path):
    pl.DataFrame({"a": [1, None], "b": [0.5, 1.0]}).write_parquet(tmp_path / "x.parquet")
    raw = cells(tmp_path / "x.parquet")
    assert raw.cells.rows() == [(1, 0.5, 1), (None, 1.0, 2)]


def test_an_empty_file_has_no_rows(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"\n")
    assert cells(tmp_path / "x.csv").total == 0


def test_a_strange_suffix_asks_for_a_format(tmp_path):
    (tmp_path / "x.log").write_text("a\n1\n")
    with pytest.raises(ValueError, match=r"suffix 'log'.*set format"):
        cells(tmp_path / "x.log")
    assert cells(tmp_path / "x.log", format="csv").total == 1
