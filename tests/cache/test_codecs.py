import io
from dataclasses import dataclass
from typing import Generic, TypeVar

import lightgbm
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal
from pandera.typing import DataFrame

from slipstream.tasks.cache.codecs import codec_for, type_argument
from slipstream.tasks.tables import User
from slipstream.tasks.vectors import ItemEmbedding, UserEmbedding


@dataclass(frozen=True)
class Mixed:
    table: DataFrame[User]
    items: ItemEmbedding
    boosters: tuple[lightgbm.Booster, ...]
    note: dict[str, float]
    name: str


def written(product, kind):
    file = io.BytesIO()
    codec_for(kind).write(product, file)
    return file.getvalue()


def back(content, kind):
    return codec_for(kind).read(pa.py_buffer(content))


@pytest.fixture
def booster():
    x = np.arange(40.0).reshape(20, 2)
    return lightgbm.train({"verbosity": -1, "min_data_in_leaf": 2}, lightgbm.Dataset(x, x[:, 0]), 3)


def test_a_table_comes_back_with_its_types():
    table = pd.DataFrame(
        {
            "id": pd.Series(["a", None], dtype="str"),
            "at": pd.to_datetime(["2024-01-01", None], utc=True).as_unit("us"),
            "x": np.array([1, 2], np.float32),
        }
    )

    assert_frame_equal(back(written(table, pd.DataFrame), pd.DataFrame), table)


def test_a_table_is_read_without_our_code():
    content = written(pd.DataFrame({"id": ["a"], "x": [1.5]}), pd.DataFrame)

    assert pl.read_parquet(io.BytesIO(content)).rows() == [("a", 1.5)]


@pytest.mark.parametrize("ids", [[], ["b", "a"]])
def test_an_embedding_comes_back_as_it_was(ids):
    items = ItemEmbedding(pd.Index(ids), np.arange(len(ids) * 3).reshape(-1, 3))
    again = back(written(items, ItemEmbedding), ItemEmbedding)

    assert list(again.ids) == ids
    assert np.array_equal(again.matrix, items.matrix)
    assert again.matrix.shape == (len(ids), 3)
    assert isinstance(again, ItemEmbedding)


def test_an_embedding_is_read_without_our_code():
    content = written(UserEmbedding(pd.Index(["u"]), np.array([[1, 2]])), UserEmbedding)

    assert pl.read_ipc(content).to_dicts() == [{"user_id": "u", "vector": [1.0, 2.0]}]


def test_a_bundle_keeps_each_field_in_its_own_format(booster):
    table = User.validate(pd.DataFrame({"user_id": ["a"]}))
    items = ItemEmbedding(pd.Index(["i"]), np.ones((1, 2)))
    content = written(Mixed(table, items, (booster, booster), {"x": 0.5}, "m"), Mixed)
    again = back(content, Mixed)

    assert_frame_equal(again.table, table)
    assert np.array_equal(again.items.matrix, items.matrix)
    assert [b.num_trees() for b in again.boosters] == [3, 3]
    assert again.note == {"x": 0.5}
    assert again.name == "m"
    assert content == written(again, Mixed)


def test_a_product_without_an_open_format_is_refused_with_a_remedy():
    with pytest.raises(TypeError, match="frozen dataclass"):
        codec_for(object)


x, y = TypeVar("x"), TypeVar("y")


class Base(Generic[x]): ...


class Middle(Base[list[y]], Generic[y]): ...


class Leaf(Middle[int]): ...


class Below(Leaf): ...


def test_the_product_type_is_found_through_generic_ancestors():
    assert type_argument(Below, Base) == list[int]
    assert type_argument(Below, Middle) is int
