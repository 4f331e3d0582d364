from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import polars as pl
import pytest

from slipstream.tasks.cache import reading
from slipstream.tasks.cache.codecs import codec_for
from slipstream.tasks.cache.index import read_index
from slipstream.tasks.cache.manifest import DamagedProductError
from slipstream.tasks.cache.reading import codec_of, read_product
from slipstream.tasks.vectors import Embedding, ItemEmbedding, UserEmbedding
from tests.cache.shelves import put
from tests.cache.small_tasks import Lines, Ones


@dataclass(frozen=True)
class Model:
    """A product of two parts."""

    words: dict
    table: pd.DataFrame


class Special(ItemEmbedding):
    """An embedding of a project."""


def entry_of(workspace, name):
    return next(entry for entry in read_index(workspace).entries if entry.name == name)


def test_a_table_and_an_embedding_are_read_by_their_manifests_alone(workspace, tmp_path, build):
    file = tmp_path / "users.txt"
    file.write_text("ann bob")
    build(Ones(users=Lines(path=str(file)), size=3))
    assert list(read_product(entry_of(workspace, "Lines"))["user_id"]) == ["ann", "bob"]
    ones = read_product(entry_of(workspace, "Ones"))
    assert type(ones) is UserEmbedding
    assert ones.matrix.tolist() == [[1, 1, 1], [1, 1, 1]]


@pytest.mark.parametrize(
    ("product", "kind"),
    [
        (pd.DataFrame({"n": [1]}), pd.DataFrame),
        (pl.DataFrame({"n": [1]}), pl.DataFrame),
        (np.arange(3), np.ndarray),
        ({"a": [1]}, dict[str, list[int]]),
        ([1, 2], list),
        (ItemEmbedding(pd.Index(["a"]), np.ones((1, 2))), ItemEmbedding),
        (Special(pd.Index(["a"]), np.ones((1, 2))), Special),
        (Model({"a": 1}, pd.DataFrame({"n": [1]})), Model),
    ],
)
def test_every_format_is_found_by_extension_and_written_type(workspace, product, kind):
    codec = codec_for(kind)
    with (workspace.parent / "draft").open("wb") as file:
        codec.write(product, file)
    page = put(workspace, "Made", content=(workspace.parent / "draft").read_bytes(), ending=codec.extension)
    (entry,) = read_index(workspace).entries
    read = read_product(replace(entry, manifest=replace(entry.manifest, product=str(kind))))
    assert page.exists()
    assert type(read) is type(product)


def test_an_embedding_of_a_project_that_is_not_here_is_read_by_the_name_of_its_ids(workspace):
    embedding = ItemEmbedding(pd.Index(["a"]), np.ones((1, 2)))
    with (workspace.parent / "draft").open("wb") as file:
        codec_for(ItemEmbedding).write(embedding, file)
    put(workspace, "Made", content=(workspace.parent / "draft").read_bytes(), ending="arrow")
    (entry,) = read_index(workspace).entries
    told = replace(entry, manifest=replace(entry.manifest, product="<class 'elsewhere.Vectors'>"))
    assert type(read_product(told)) is ItemEmbedding
    assert issubclass(ItemEmbedding, Embedding)


@pytest.mark.parametrize(
    ("extension", "product", "words"),
    [
        ("zip", "<class 'elsewhere.model.Model'>", "elsewhere.model.Model, which cannot be imported .* PYTHONPATH"),
        ("zip", "", "class without a name"),
        ("zip", "<class 'tests.cache.small_tasks.Leaf'>", "is no dataclass any more"),
        ("xls", "list", "format .xls cannot be read; there are json, npy"),
    ],
)
def test_what_cannot_be_read_is_explained(extension, product, words):
    with pytest.raises(TypeError, match=words):
        codec_of(extension, product)


def test_bytes_that_are_not_those_written_are_refused_and_nothing_is_touched(workspace):
    put(workspace, "Made", content=b"[1]", ending="json")
    (entry,) = read_index(workspace).entries
    assert read_product(entry) == [1]
    entry.file.write_bytes(b"[2]")
    with pytest.raises(DamagedProductError, match="is damaged"):
        read_product(entry)
    assert entry.page.exists()
    entry.file.unlink()
    with pytest.raises(FileNotFoundError, match="run the task that makes it"):
        read_product(entry)


def test_a_run_has_no_product(workspace):
    put(workspace, "Recommend", run=True)
    (entry,) = read_index(workspace).entries
    with pytest.raises(TypeError, match="Recommend is a pipeline"):
        read_product(entry)


def test_every_plain_extension_is_one_of_a_format():
    assert all(codec().extension == extension for extension, codec in reading.PLAIN.items())
