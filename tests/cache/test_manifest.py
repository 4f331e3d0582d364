import json

import pytest

from slipstream.tasks.cache.manifest import FORMAT, Manifest, git_commit, library_versions


@pytest.fixture
def manifest():
    return Manifest(
        task="shop.Scores",
        key="abc",
        parameters={"top": "3"},
        inputs={"items": "def"},
        code={"shop.model:train": "0"},
        data={"0000 a.csv": "1"},
        product="table",
        schema={"id": "str"},
        rows=1,
        seconds=0.5,
        peak_memory=10,
        at="2024-01-01T00:00:00+00:00",
        host="h",
        git_commit=None,
        libraries=library_versions(),
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


def test_a_page_of_a_newer_format_counts_as_missing_and_is_left_alone(tmp_path, manifest):
    page = tmp_path / "m.json"
    text = json.dumps({**json.loads(manifest.to_json()), "format": FORMAT + 1})
    page.write_text(text)

    assert Manifest.read(page) is None
    assert page.read_text() == text


def test_versions_name_the_libraries_that_decide_results():
    assert {"python", "pandas", "lightgbm", "gensim"} <= set(library_versions())


def test_outside_a_checkout_there_is_no_commit(tmp_path):
    assert git_commit(str(tmp_path)) is None
