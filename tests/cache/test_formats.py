import inspect
import io
import math

import gensim.models
import lightgbm
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pandas.testing import assert_frame_equal

from slipstream.tasks import tables
from slipstream.tasks.cache.formats import (
    ArrayCodec,
    BoosterCodec,
    EmbeddingCodec,
    JsonCodec,
    KeyedVectorsCodec,
    PolarsCodec,
    TableCodec,
)
from slipstream.tasks.tables import Row, check, columns, empty
from slipstream.tasks.vectors import Embedding, ItemEmbedding, UserEmbedding

ROWS = [row for _, row in inspect.getmembers(tables, inspect.isclass) if issubclass(row, Row) and row is not Row]
every_table = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.__name__)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
times = st.datetimes(pd.Timestamp(1900, 1, 1), pd.Timestamp(2200, 1, 1)).map(lambda at: pd.Timestamp(at, tz="UTC"))
PAGES = {
    "str": st.none() | text,
    "float64": st.floats(),
    "float32": st.floats(width=32),
    "int64": st.integers(-(2**63), 2**63 - 1),
    "int32": st.integers(-(2**31), 2**31 - 1),
    "int8": st.integers(-128, 127),
    "bool": st.booleans(),
    "datetime64[us, UTC]": st.none() | times,
    "Int64": st.none() | st.integers(-(2**63), 2**63 - 1),
    "boolean": st.none() | st.booleans(),
}
quick = settings(max_examples=50, deadline=None)


def written(codec, product):
    file = io.BytesIO()
    codec.write(product, file)
    return file.getvalue()


def there_and_back(codec, product):
    return codec.read(pa.py_buffer(written(codec, product)))


def test_a_table_written_in_blocks_is_read_whole_and_in_blocks():
    parts = [
        pd.DataFrame({"name": pd.Series(list(names), dtype="str"), "number": np.arange(len(names))})
        for names in ("ab", "c")
    ]
    content = written(TableCodec(), iter(parts))
    assert_frame_equal(TableCodec().read(pa.py_buffer(content)), pd.concat(parts, ignore_index=True))
    blocks = TableCodec().blocks(pa.BufferReader(content))
    for _ in range(2):
        for part, block in zip(parts, blocks, strict=True):
            assert_frame_equal(block, part)
    assert written(TableCodec(), iter(parts[:1])) == written(TableCodec(), parts[0])


def test_a_table_without_rows_is_one_block():
    nobody = empty(tables.User)
    (block,) = TableCodec().blocks(pa.BufferReader(written(TableCodec(), nobody)))
    assert_frame_equal(block, nobody)


def test_blocks_of_a_table_have_the_same_columns():
    parts = [pd.DataFrame({"name": [1]}), pd.DataFrame({"name": ["a"]})]
    with pytest.raises(ValueError, match="schema"):
        written(TableCodec(), iter(parts))


@st.composite
def frames(draw):
    """Draw a frame of any of our column types, null values and no rows among them."""
    length = draw(st.integers(0, 5))
    drawn = {kind: draw(st.lists(values, min_size=length, max_size=length)) for kind, values in PAGES.items()}
    return pd.DataFrame({kind: pd.Series(values, dtype=kind) for kind, values in drawn.items()})


@st.composite
def embeddings(draw):
    """Draw an embedding, of no ids or of vectors of length 0 too."""
    ids = draw(st.lists(text, max_size=5, unique=True))
    shape = (len(ids), draw(st.integers(0, 3)))
    matrix = draw(arrays.arrays(np.float32, shape, elements=st.floats(-1e9, 1e9, width=32)))
    return UserEmbedding(pd.Index(ids), matrix)


@quick
@given(frames())
def test_a_table_comes_back_as_it_was(frame):
    again = there_and_back(TableCodec(), frame)

    assert_frame_equal(again, frame)
    assert list(again.dtypes) == list(frame.dtypes)


def test_categories_come_back_in_their_order():
    frame = pd.DataFrame({"size": pd.Categorical(["s", None, "l"], ["s", "m", "l"], ordered=True)})
    assert_frame_equal(there_and_back(TableCodec(), frame), frame)


@every_table
def test_every_declared_table_comes_back_with_its_types_even_empty(row):
    again = there_and_back(TableCodec(), empty(row))

    assert_frame_equal(again, empty(row))
    assert_frame_equal(check(row, again, "again"), empty(row))


@every_table
def test_a_table_written_by_an_older_pandas_passes_the_check_with_todays_types(row):
    """An older pandas kept text as objects and times in nanoseconds."""
    old = empty(row).astype({name: "object" if kind == "str" else kind for name, kind in empty(row).dtypes.items()})
    times = [name for name, kind in old.dtypes.items() if isinstance(kind, pd.DatetimeTZDtype)]
    old = old.assign(**{name: old[name].dt.as_unit("ns") for name in times})
    again = check(row, there_and_back(TableCodec(), old), "again")

    assert_frame_equal(again, empty(row))
    assert list(again.columns) == columns(row)


def test_a_table_is_read_without_our_code():
    content = written(TableCodec(), pd.DataFrame({"id": ["a"], "x": [1.5]}))

    assert pl.read_parquet(io.BytesIO(content)).rows() == [("a", 1.5)]
    assert pyarrow.parquet.ParquetFile(io.BytesIO(content)).metadata.row_group(0).column(0).compression == "ZSTD"


def test_row_numbers_are_dropped_and_a_named_index_is_refused_with_a_remedy():
    frame = pd.DataFrame({"item_id": ["a", "b"], "x": [1, 2]})

    assert there_and_back(TableCodec(), frame[1:]).to_dict("list") == {"item_id": ["b"], "x": [2]}
    with pytest.raises(ValueError, match=r"'item_id' is its index; call reset_index\(\)"):
        written(TableCodec(), frame.set_index("item_id"))


@quick
@given(frames())
def test_a_polars_frame_comes_back_as_it_was(frame):
    given_frame = pl.from_pandas(frame).with_columns(inner=pl.lit([1, 2]), day=pl.lit("2024-01-01").str.to_date())
    again = there_and_back(PolarsCodec(), given_frame)

    assert again.equals(given_frame)
    assert again.schema == given_frame.schema


@quick
@given(embeddings())
def test_an_embedding_comes_back_as_it_was(embedding):
    again = there_and_back(EmbeddingCodec(UserEmbedding), embedding)

    assert isinstance(again, UserEmbedding)
    assert list(again.ids) == list(embedding.ids)
    assert again.matrix.shape == embedding.matrix.shape
    assert again.matrix.tobytes() == embedding.matrix.tobytes()


@pytest.mark.parametrize("size", [1, 2])
def test_an_embedding_is_read_without_our_code(size):
    content = written(EmbeddingCodec(Embedding), ItemEmbedding(pd.Index(["i"]), np.ones((1, size))))

    assert pl.read_ipc(content).to_dicts() == [{"item_id": "i", "vector": [1.0] * size}]


@quick
@given(st.sampled_from(["?", "<i8", "<f4", "<f8", "<c16", "<U3", "S2", "<M8[us]"]), st.data())
def test_an_array_comes_back_as_it_was(kind, data):
    array = data.draw(arrays.arrays(np.dtype(kind), arrays.array_shapes(min_dims=0, min_side=0)))
    again = there_and_back(ArrayCodec(), array)

    assert (again.dtype, again.shape) == (array.dtype, array.shape)
    assert again.tobytes() == array.tobytes()
    assert again.flags.writeable


def test_an_array_of_objects_is_refused_with_a_remedy():
    with pytest.raises(TypeError, match="holds Python objects; give numbers"):
        written(ArrayCodec(), np.array([{}, None]))


plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | text
values = st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(text, inner))


@quick
@given(values)
def test_a_plain_value_comes_back_as_it_was(value):
    assert there_and_back(JsonCodec(), value) == value


def test_infinities_and_nan_come_back():
    again = there_and_back(JsonCodec(), [math.inf, -math.inf, math.nan])
    assert again[:2] == [math.inf, -math.inf]
    assert math.isnan(again[2])


@pytest.mark.parametrize("value", [{1: "a"}, {"a": [{None: 1}]}, [({2.5: 1},)]])
def test_a_name_that_json_would_turn_into_text_is_refused(value):
    with pytest.raises(TypeError, match="names are text there; give str"):
        written(JsonCodec(), value)


def test_a_booster_predicts_as_before():
    x = np.arange(40.0).reshape(20, 2)
    booster = lightgbm.train({"verbosity": -1, "min_data_in_leaf": 2}, lightgbm.Dataset(x, x[:, 0]), 3)
    again = there_and_back(BoosterCodec(), booster)

    assert np.array_equal(again.predict(x), booster.predict(x))
    assert written(BoosterCodec(), again) == written(BoosterCodec(), booster)


token = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=" \n"), min_size=1, max_size=5)


@st.composite
def word_vectors(draw):
    """Draw word vectors with counts or without, of no words too."""
    tokens = draw(st.lists(token, max_size=5, unique=True))
    shape = (len(tokens), draw(st.integers(1, 3)))
    vectors = gensim.models.KeyedVectors(shape[1])
    vectors.add_vectors(tokens, draw(arrays.arrays(np.float32, shape, elements=st.floats(width=32))))
    for word, count in zip(tokens, draw(st.none() | st.just(range(len(tokens)))) or (), strict=False):
        vectors.set_vecattr(word, "count", count)
    return vectors


@quick
@given(word_vectors())
def test_word_vectors_come_back_with_their_order_and_counts(vectors):
    again = there_and_back(KeyedVectorsCodec(), vectors)

    assert type(again) is gensim.models.KeyedVectors
    assert again.index_to_key == vectors.index_to_key
    assert again.key_to_index == vectors.key_to_index
    assert again.vectors.dtype == np.float32
    assert again.vectors.tobytes() == vectors.vectors.tobytes()
    assert {n: c.tolist() for n, c in again.expandos.items()} == {n: c.tolist() for n, c in vectors.expandos.items()}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(word_vectors().filter(len))
def test_gensim_itself_reads_the_word_vectors(tmp_path, vectors):
    file = tmp_path / "words.w2v"
    file.write_bytes(written(KeyedVectorsCodec(), vectors))
    again = gensim.models.KeyedVectors.load_word2vec_format(str(file), binary=True)

    assert again.index_to_key == vectors.index_to_key
    assert again.vectors.tobytes() == vectors.vectors.tobytes()


def test_trained_word_vectors_answer_as_before():
    sentences = [["a", "b", "c"], ["c", "d"], ["a", "c"]] * 5
    model = gensim.models.Word2Vec(sentences, vector_size=4, min_count=1, seed=1, workers=1, epochs=2)
    again = there_and_back(KeyedVectorsCodec(), model.wv)

    assert again.most_similar("a") == model.wv.most_similar("a")
    assert {word: again.get_vecattr(word, "count") for word in again.index_to_key} == {"c": 15, "a": 10, "b": 5, "d": 5}


@pytest.mark.parametrize("name", ["two words", "line\nend", "", 7])
def test_a_token_that_the_format_cannot_hold_is_named(name):
    vectors = gensim.models.KeyedVectors(2)
    vectors.add_vectors(["fine", name], np.ones((2, 2), np.float32))

    with pytest.raises(ValueError, match="does not fit word2vec's format") as caught:
        written(KeyedVectorsCodec(), vectors)
    assert repr(name) in str(caught.value)


def test_vectors_that_the_format_would_change_are_refused_with_a_remedy():
    with pytest.raises(TypeError, match="not a KeyedVectors of float64; give a KeyedVectors of float32"):
        written(KeyedVectorsCodec(), gensim.models.KeyedVectors(2, dtype=np.float64))
    model = gensim.models.FastText([["a", "b"]], vector_size=2, min_count=1, bucket=10, workers=1)
    with pytest.raises(TypeError, match=r"FastTextKeyedVectors of float32.* as a WordEmbedding"):
        written(KeyedVectorsCodec(), model.wv)
