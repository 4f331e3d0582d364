import json
import os

import pandas as pd
import pytest

from slipstream.tasks.cache.receipts import is_intact
from slipstream.tasks.export.files import export, export_csv, export_json_lines, export_parquet, sha256
from slipstream.tasks.tables import ItemTag, Recommendation, empty
from tests.worlds import START, table

TAGS = table(ItemTag, [("a", 'x, "y"', 0.5, None, None), ("b", "心", 1.0, "u", START)])


def test_csv(tmp_path):
    made = export_csv(TAGS, str(tmp_path / "deep" / "x.csv"))
    assert (tmp_path / "deep" / "x.csv").read_text(encoding="utf-8").splitlines() == [
        '"item_id","tag","weight","user_id","at"',
        '"a","x, ""y""",0.5,,',
        '"b","心",1.0,"u","2024-01-01T00:00:00.000000Z"',
    ]
    assert made["rows"] == 2
    assert made["bytes"] == (tmp_path / "deep" / "x.csv").stat().st_size
    assert made["sha256"] == sha256(tmp_path / "deep" / "x.csv")


def test_json_lines(tmp_path):
    export_json_lines(TAGS, str(tmp_path / "x.jsonl"))
    first, second = map(json.loads, (tmp_path / "x.jsonl").read_text(encoding="utf-8").splitlines())
    assert first == {"item_id": "a", "tag": 'x, "y"', "weight": 0.5, "user_id": None, "at": None}
    assert second["at"] == "2024-01-01T00:00:00.000000Z"


def test_parquet(tmp_path):
    export_parquet(TAGS, str(tmp_path / "x.parquet"))
    pd.testing.assert_frame_equal(ItemTag.validate(pd.read_parquet(tmp_path / "x.parquet")), TAGS)


@pytest.mark.parametrize("write", [export_csv, export_json_lines, export_parquet])
def test_no_rows_and_the_same_bytes_twice(tmp_path, write):
    assert write(empty(Recommendation), str(tmp_path / "none"))["rows"] == 0
    assert write(TAGS, str(tmp_path / "one"))["sha256"] == write(TAGS, str(tmp_path / "two"))["sha256"]


def test_a_failed_export_leaves_the_old_file_and_no_litter(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("old")

    def fail(file):
        file.write_text("half")
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        export(str(path), fail, rows=1)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["x.csv"]  # noqa: PTH208


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"cannot export to .*file/x\.csv.*set path"):
        export_csv(TAGS, str(tmp_path / "file" / "x.csv"))


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"")])
def test_a_lost_or_changed_file_is_noticed(tmp_path, damage):
    made = export_csv(TAGS, str(tmp_path / "x.csv"))
    assert is_intact(made)
    damage(tmp_path / "x.csv")
    assert not is_intact(made)
