import json

import pytest

from slipstream.tasks.cache.index import read_index
from slipstream.tasks.cache.receipts import is_intact, may_be_intact, receipt_of
from slipstream.tasks.cache.storage import sha256
from tests.cache.shelves import put


@pytest.fixture
def outside(tmp_path):
    path = tmp_path / "lists.csv"
    path.write_text("a,b\n")
    return path


@pytest.fixture
def receipt(outside):
    return {"path": str(outside), "rows": 1, "bytes": 4, "sha256": sha256(outside)}


def read(workspace, content, ending="json"):
    put(workspace, "Export", content=content, ending=ending)
    (entry,) = read_index(workspace).entries
    return receipt_of(entry)


def test_a_receipt_names_a_file_with_its_bytes_and_digest(workspace, receipt):
    assert read(workspace, json.dumps(receipt).encode()) == receipt


LONG = b'{"path": "a", "bytes": 1, "sha256": ' + b" " * 20_000 + b"1}"


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b'{"path": "a", "bytes": 1}', b'{"path": 1, "bytes": 1, "sha256": 1}', LONG]
)
def test_other_values_are_no_receipts(workspace, content):
    assert read(workspace, content) is None


def test_other_formats_and_runs_are_no_receipts(workspace, receipt):
    assert read(workspace, json.dumps(receipt).encode(), ending="txt") is None
    put(workspace, "Recommend", run=True)
    assert [receipt_of(entry) for entry in read_index(workspace).entries] == [None, None]


def test_a_file_is_intact_as_long_as_it_has_the_bytes_that_were_written(receipt, outside):
    assert is_intact(receipt)
    outside.write_text("a,c\n")
    assert not is_intact(receipt)
    assert not may_be_intact(receipt)
    outside.unlink()
    assert not is_intact(receipt)
    assert not may_be_intact(receipt)


def test_of_a_file_of_another_working_folder_nothing_is_known(receipt, monkeypatch, tmp_path):
    receipt["path"] = "lists.csv"
    monkeypatch.chdir(tmp_path)
    assert is_intact(receipt)
    monkeypatch.chdir("/")
    assert not is_intact(receipt)
    assert may_be_intact(receipt)
