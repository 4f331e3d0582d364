import json
from dataclasses import replace

import pytest

from slipstream.tasks.cache.manifest import (
    FORMAT,
    Manifest,
    NewerFormatError,
    input_keys_of,
)


@pytest.fixture
def manifest():
    return Manifest(
        task="shop.Scores",
        key="abc",
        parameters={"top": "3"},
        inputs={"items": "def"},
        code="c0de",
        data={"0000 a.csv": "1"},
        product="table",
        schema={"id": "str"},
        rows=1,
        seconds=0.5,
        cpu_seconds=0.4,
        peak_memory=10,
        at="2024-01-01T00:00:00+00:00",
        host="h",
        git_commit=None,
        libraries={"python": "3.11.0"},
    )


def test_a_manifest_comes_back_as_it_was(tmp_path, manifest):
    page = tmp_path / "m.json"
    page.write_text(manifest.to_json())

    assert Manifest.read(page) == manifest


@pytest.mark.parametrize("damage", ["", "{", "[]", "{}"])
def test_a_damaged_page_counts_as_missing(tmp_path, damage):
    page = tmp_path / "m.json"
    page.write_text(damage)

    assert Manifest.read(page) is None


def test_a_damaged_page_is_reported_by_path_once(tmp_path, caplog):
    page = tmp_path / "m.json"
    page.write_text("{")

    Manifest.read(page)
    Manifest.read(page)
    assert [record.message for record in caplog.records if str(page) in record.message] == [caplog.records[0].message]
    assert "its product counts as missing" in caplog.text


def test_a_page_of_a_newer_format_says_so_and_is_left_alone(tmp_path, manifest):
    page = tmp_path / "m.json"
    text = json.dumps({**json.loads(manifest.to_json()), "format": FORMAT + 1})
    page.write_text(text)

    with pytest.raises(NewerFormatError, match=rf"{page} has format {FORMAT + 1}.*upgrade slipstream"):
        Manifest.read(page)
    assert page.read_text() == text


def test_the_keys_of_all_inputs_are_listed_however_they_are_nested(manifest):
    nested = replace(manifest, inputs={"a": "1", "b": ["2", "3"], "c": {"d": "4", "e": ["5"]}})
    assert input_keys_of(nested) == ["1", "2", "3", "4", "5"]
