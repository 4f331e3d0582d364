import io
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import gensim.models
import lightgbm
import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from gensim.models.fasttext import FastTextKeyedVectors
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from pandera.typing import DataFrame

from slipstream.tasks.cache.codecs import codec_for, is_a, type_argument
from slipstream.tasks.tables import User
from slipstream.tasks.vectors import ItemEmbedding


@dataclass(frozen=True)
class Mixed:
    table: DataFrame[User]
    items: ItemEmbedding
    boosters: tuple[lightgbm.Booster, ...]
    words: gensim.models.KeyedVectors
    grid: npt.NDArray[np.int16]
    note: dict[str, float]
    name: str


@dataclass(frozen=True)
class Inner:
    grid: np.ndarray
    note: Any


@dataclass(frozen=True)
class Outer:
    parts: tuple[Inner, ...]
    frame: pl.DataFrame
    name: str


def written(product, kind):
    file = io.BytesIO()
    codec_for(kind).write(product, file)
    return file.getvalue()


def back(content, kind):
    return codec_for(kind).read(pa.py_buffer(content))


@pytest.fixture
def mixed():
    x = np.arange(40.0).reshape(20, 2)
    booster = lightgbm.train({"verbosity": -1, "min_data_in_leaf": 2}, lightgbm.Dataset(x, x[:, 0]), 3)
    words = gensim.models.KeyedVectors(2)
    words.add_vectors(["skin"], np.ones((1, 2), np.float32))
    table = User.validate(pd.DataFrame({"user_id": ["a"]}))
    items = ItemEmbedding(pd.Index(["i"]), np.ones((1, 2)))
    return Mixed(table, items, (booster, booster), words, np.eye(2, dtype=np.int16), {"x": 0.5}, "m")


def test_a_bundle_keeps_each_field_in_its_own_format(mixed):
    content = written(mixed, Mixed)
    again = back(content, Mixed)

    assert_frame_equal(again.table, mixed.table)
    assert np.array_equal(again.items.matrix, mixed.items.matrix)
    assert [b.num_trees() for b in again.boosters] == [3, 3]
    assert again.words["skin"].tolist() == [1, 1]
    assert again.grid.tolist() == [[1, 0], [0, 1]]
    assert again.note == {"x": 0.5}
    assert again.name == "m"
    assert content == written(again, Mixed)


inner = st.builds(Inner, st.lists(st.integers(-9, 9)).map(np.array), st.dictionaries(st.text(), st.integers()))


@settings(max_examples=30, deadline=None)
@given(st.lists(inner).map(tuple), st.lists(st.integers(-9, 9)), st.text())
def test_bundles_in_bundles_come_back_as_they_were(parts, column, name):
    outer = Outer(parts, pl.DataFrame({"x": pl.Series(column, dtype=pl.Int32)}), name)
    again = back(written(outer, Outer), Outer)

    assert [(part.grid.tolist(), part.note) for part in again.parts] == [(p.grid.tolist(), p.note) for p in parts]
    assert again.frame.equals(outer.frame)
    assert again.frame.schema == outer.frame.schema
    assert again.name == name


@pytest.mark.parametrize(
    ("kind", "extension"),
    [
        (pd.DataFrame, "parquet"),
        (DataFrame[User], "parquet"),
        (pl.DataFrame, "parquet"),
        (ItemEmbedding, "arrow"),
        (np.ndarray, "npy"),
        (npt.NDArray[np.float32], "npy"),
        (lightgbm.Booster, "txt"),
        (gensim.models.KeyedVectors, "w2v"),
        (dict[str, int], "json"),
        (str, "json"),
        (Any, "json"),
        (Mixed, "zip"),
    ],
)
def test_every_product_type_has_its_file_format(kind, extension):
    assert codec_for(kind).extension == extension


def test_a_product_without_an_open_format_is_refused_with_a_remedy():
    with pytest.raises(TypeError, match="frozen dataclass"):
        codec_for(object)


@pytest.mark.parametrize(
    "kind", [gensim.models.Word2Vec, gensim.models.FastText, gensim.models.Doc2Vec, FastTextKeyedVectors]
)
def test_a_model_that_only_a_pickle_could_keep_whole_is_refused_before_it_is_trained(kind):
    with pytest.raises(TypeError, match=rf"a {kind.__name__} fits no open file format whole; .* dump model\.wv"):
        codec_for(kind)


def test_a_class_is_known_by_its_library_only_if_that_is_loaded():
    assert is_a(lightgbm.Booster, "lightgbm", "Booster")
    assert is_a(type("Mine", (lightgbm.Booster,), {}), "lightgbm", "Booster")
    assert not is_a(int, "lightgbm", "Booster")
    assert not is_a(lightgbm.Booster, "no_such_library", "Booster")
    assert not is_a(list[int], "lightgbm", "Booster")


def test_the_formats_load_no_library_that_a_run_may_not_need():
    program = (
        "import sys, slipstream.tasks.cache.running, slipstream.tasks.cache.codecs as codecs\n"
        "codecs.codec_for(dict)\n"
        "print(*sorted({'lightgbm', 'sklearn', 'gensim', 'scipy'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == ""


x, y = TypeVar("x"), TypeVar("y")


class Base(Generic[x]): ...


class Middle(Base[list[y]], Generic[y]): ...


class Leaf(Middle[int]): ...


class Below(Leaf): ...


def test_the_product_type_is_found_through_generic_ancestors():
    assert type_argument(Below, Base) == list[int]
    assert type_argument(Below, Middle) is int
