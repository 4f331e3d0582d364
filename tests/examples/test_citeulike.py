"""A small library of two fields in the format of citeulike-t, converted and judged by its configurations."""

import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from slipstream.pipelines import Backtest

HOME = Path(__file__).parents[2] / "examples/citeulike"
FIELDS = (("neuron", "cortex", "synapse", "axon"), ("galaxy", "quasar", "redshift", "nebula"))


def lists(rows):
    return "".join(f"{len(row)} {' '.join(map(str, row))}".strip() + "\n" for row in rows)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """Forty articles, twenty a field, and thirty readers of one field each."""
    folder = tmp_path_factory.mktemp("citeulike-t")
    chance = np.random.default_rng(0)
    articles = [chance.choice(20, 9, replace=False) * 2 + user % 2 for user in range(30)]
    words = [(4 * (item % 2) + chance.permutation(4)[:3]).tolist() for item in range(40)]
    files = {
        "users.dat": lists(articles),
        "mult.dat": lists([[f"{word}:2" for word in row] for row in words]),
        "vocabulary.dat": "\n".join(word for field in FIELDS for word in field),
        "tags.dat": "brain\nsky\n",
        "tag-item.dat": lists([range(0, 40, 2), range(1, 40, 2)]),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(source, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    command = [sys.executable, HOME / "convert.py", source, folder]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert said == "270 events, 40 items, 40 item_tags\n"
    return folder


def test_lists_become_tables(folder):
    items = pd.read_csv(folder / "items.csv")
    tags = pd.read_csv(folder / "item_tags.csv").set_index("item_id")["tag"]
    assert items["text"].str.split().map(len).eq(6).all()
    assert [set(text.split()) <= set(FIELDS[item % 2]) for item, text in items.to_numpy()] == [True] * 40
    assert [tags[item] for item in range(4)] == ["brain", "sky", "brain", "sky"]
    events = pd.read_csv(folder / "events.csv")
    assert (events["user_id"] % 2 == events["item_id"] % 2).all()


def test_a_cut_off_list_is_refused(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(HOME))
    (tmp_path / "users.dat").write_text("2 1 2\n3 1 2\n")
    with pytest.raises(ValueError, match=r"users.dat, line 2: 2 values where 3 are announced"):
        list(importlib.import_module("convert").find_events(tmp_path))


@pytest.fixture
def backtest(configured, folder, monkeypatch):
    monkeypatch.setenv("CITEULIKE", str(folder))

    def read(*names):
        configured(*[HOME / name for name in names])
        return Backtest(candidate_sources=("popular", "content"))

    return read


def test_a_fifth_of_each_library_is_held_out(backtest, build):
    [(_, window)] = backtest("citeulike.ini").judged_windows()
    known, later = build(window.log.events), build(window.later)
    assert known.groupby("user_id").size().unique().tolist() == [8]
    assert later.groupby("user_id").size().unique().tolist() == [1]


def test_what_an_article_says_finds_readers_of_new_ones(backtest, build):
    pipeline = backtest("citeulike.ini", "cold_items.ini")
    [(_, window)] = pipeline.judged_windows()
    known, later = build(window.log.events), build(window.later)
    assert set(known["item_id"]).isdisjoint(later["item_id"])
    assert later["item_id"].nunique() == 8
    quality = build(pipeline)
    means = quality[quality["baseline"].isna() & (quality["slice"] == "all") & (quality["metric"] == "ndcg")]
    found = means.set_index("source")["value"]
    assert found["popular"] == 0
    assert found["content"] > 0.5
    assert found["recommend"] > 0.5
