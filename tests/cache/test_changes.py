"""Changes as people read them."""

import pytest

from slipstream.tasks.cache.changes import CodeChanged, CodeUnknown, DataChanged, InputChanged, ParameterChanged

A, B = "a" * 64, "b" * 64


def test_a_place_in_the_working_folder_is_short(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert CodeChanged("m:f", "changed", str(tmp_path / "m.py"), 3, 9, ()).place == "m.py:3-9"
    assert CodeChanged("m:f", "changed", "/far/m.py", 3, 9, ()).place == "/far/m.py:3-9"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (ParameterChanged("size", "32", "64"), "parameter size: 32 → 64"),
        (ParameterChanged("top", None, "5"), "parameter top added: 5"),
        (ParameterChanged("text", "", "x"), "parameter text: '' → x"),
        (DataChanged("log.csv", A, B), "data log.csv: aaaaaaaa → bbbbbbbb"),
        (DataChanged("log.csv", A, None), "data log.csv removed: aaaaaaaa"),
        (InputChanged("rows", A, B, "shop.Rows", "shop.Lines"), "input rows: Rows aaaaaaaa → Lines bbbbbbbb"),
        (InputChanged("rows", A, B), "input rows: aaaaaaaa → bbbbbbbb"),
        (CodeChanged("shop.model:fit", "changed", "/m.py", 3, 9, ()), "code of fit changed, /m.py:3-9"),
        (CodeChanged("shop.model:fit", "removed", "", 0, 0, ()), "code of fit removed, in shop.model"),
        (CodeChanged("shop.model:TOP", "added", "/m.py", 3, 3, ()), "code of TOP added, /m.py:3"),
        (CodeUnknown(A), "code changed, the earlier text (aaaaaaaa) was not kept"),
    ],
)
def test_a_change_reads_as_a_line(change, words):
    assert str(change) == words
