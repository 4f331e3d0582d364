"""The open file formats of products: Parquet, Arrow, npy, JSON, LightGBM text and word2vec's binary vectors."""

import importlib
import io
import json
from collections.abc import Iterable, Iterator
from itertools import chain
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet

from slipstream.tasks.cache.blocks import Blocks
from slipstream.tasks.vectors import Embedding

if TYPE_CHECKING:
    import lightgbm
    from gensim.models import KeyedVectors


class Codec(Protocol):
    """How one product type is written and read back; reading runs no stored code."""

    extension: str

    def write(self, product: Any, file: BinaryIO) -> None:
        """Write a product to an open binary file."""

    def read(self, content: pa.Buffer) -> Any:
        """Read a product back from a file's bytes."""


class TableCodec:
    """Frames as Parquet, compressed by zstd; row numbers are not kept, an index with a name is refused."""

    extension = "parquet"

    def write(self, product: pd.DataFrame | Iterable[pd.DataFrame], file: BinaryIO) -> None:
        """Write the columns of a frame, or of several with the same columns that follow each other.

        Only texts get a dictionary, numbers are smaller and written sooner without.
        """
        tables = (_columns(frame) for frame in ([product] if isinstance(product, pd.DataFrame) else product))
        first = next(tables)
        words = (pa.types.is_string, pa.types.is_large_string, pa.types.is_dictionary)
        texts = [field.name for field in first.schema if any(is_one(field.type) for is_one in words)]
        with pyarrow.parquet.ParquetWriter(file, first.schema, compression="zstd", use_dictionary=texts) as writer:
            for table in chain([first], tables):
                writer.write_table(table)

    def read(self, content: pa.Buffer) -> pd.DataFrame:
        """Read the columns with the types they were written in."""
        frame: pd.DataFrame = pyarrow.parquet.read_table(pa.BufferReader(content)).to_pandas()
        return frame

    def blocks(self, content: pa.NativeFile) -> Blocks:
        """Read the table as the frames it was written in, those of more than a million rows in parts; one at least."""

        def read() -> Iterator[pd.DataFrame]:
            file = pyarrow.parquet.ParquetFile(content)
            if not file.num_row_groups:
                yield file.read().to_pandas()
            for number in range(file.num_row_groups):
                yield file.read_row_group(number).to_pandas()

        return Blocks(read)


class PolarsCodec:
    """Polars frames as Parquet, compressed by zstd."""

    extension = "parquet"

    def write(self, product: pl.DataFrame, file: BinaryIO) -> None:
        """Write the columns."""
        content = io.BytesIO()  # given a file, polars hides what went wrong
        product.write_parquet(content, compression="zstd")
        file.write(content.getbuffer())

    def read(self, content: pa.Buffer) -> pl.DataFrame:
        """Read the columns with the types they were written in."""
        return pl.read_parquet(content.to_pybytes())


class EmbeddingCodec:
    """Embeddings as an Arrow file of two columns: the id and a fixed-size list of float32 named vector."""

    extension = "arrow"

    def __init__(self, kind: type[Embedding]) -> None:
        """Remember which embedding to make when reading."""
        self.kind = kind

    def write(self, product: Embedding, file: BinaryIO) -> None:
        """Write ids and vectors, uncompressed so that the file can be mapped into memory."""
        flat = pa.array(product.matrix.reshape(-1))
        shape = pa.list_(pa.float32(), product.size)
        vectors = pa.FixedSizeListArray.from_buffers(shape, len(product), [None], children=[flat])
        ids = pa.array(product.ids, type=pa.string())
        table = pa.table({product.id_name: ids, "vector": vectors}).replace_schema_metadata({"size": str(product.size)})
        with pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)

    def read(self, content: pa.Buffer) -> Embedding:
        """Read ids and vectors without copying the vectors where they lie in one piece."""
        table = pa.ipc.open_file(pa.BufferReader(content)).read_all().combine_chunks()
        size = int(table.schema.metadata[b"size"])
        flat = table.column("vector").combine_chunks().flatten() if len(table) else pa.array([], pa.float32())
        matrix = np.asarray(flat).reshape(len(table), size)
        return self.kind(pd.Index(table.column(0).to_pandas(), dtype="str"), matrix)


class ArrayCodec:
    """NumPy arrays in NumPy's own format, objects refused."""

    extension = "npy"

    def write(self, product: npt.NDArray[Any], file: BinaryIO) -> None:
        """Write type, shape and values."""
        if product.dtype.hasobject:
            raise TypeError(f"an array of {product.dtype} holds Python objects; give numbers, dates or fixed-size text")
        np.save(
            SimpleNamespace(write=file.write), product, allow_pickle=False
        )  # given a file, it hides what went wrong

    def read(self, content: pa.Buffer) -> npt.NDArray[Any]:
        """Read type, shape and values."""
        array: npt.NDArray[Any] = np.load(pa.BufferReader(content), allow_pickle=False)
        return array


class JsonCodec:
    """Plain values as JSON text."""

    extension = "json"

    def write(self, product: Any, file: BinaryIO) -> None:
        """Write one JSON value."""
        _check_names([product])
        file.write(json.dumps(product, ensure_ascii=False, indent=1, sort_keys=True).encode())

    def read(self, content: pa.Buffer) -> Any:
        """Read one JSON value."""
        return json.loads(content.to_pybytes())


class BoosterCodec:
    """LightGBM models in LightGBM's own text."""

    extension = "txt"

    def write(self, product: "lightgbm.Booster", file: BinaryIO) -> None:
        """Write the model text."""
        file.write(product.model_to_string().encode())

    def read(self, content: pa.Buffer) -> "lightgbm.Booster":
        """Read the model text."""
        booster: lightgbm.Booster = importlib.import_module("lightgbm").Booster(model_str=content.to_pybytes().decode())
        return booster


class KeyedVectorsCodec:
    """Word vectors in word2vec's binary format, followed by its vocabulary text, a line `token count` each.

    Tokens, their order, float32 vectors and counts are kept; other attributes of the vocabulary are not.
    """

    extension = "w2v"

    def write(self, product: "KeyedVectors", file: BinaryIO) -> None:
        """Write the vectors in the order of the vocabulary."""
        if hasattr(product, "vectors_ngrams") or product.vectors.dtype != np.float32:
            raise TypeError(
                f"word2vec's format keeps one float32 vector a token, not a {type(product).__name__} of "
                f"{product.vectors.dtype}; give a KeyedVectors of float32, or the words' vectors as a WordEmbedding"
            )
        tokens = _tokens(product.index_to_key)
        file.write(f"{len(tokens)} {product.vector_size}\n".encode())
        file.writelines(token + b" " + row.tobytes() for token, row in zip(tokens, product.vectors, strict=True))
        if "count" in product.expandos:
            counts = product.expandos["count"].tolist()
            file.writelines(b"%s %d\n" % pair for pair in zip(tokens, counts, strict=True))

    def read(self, content: pa.Buffer) -> "KeyedVectors":
        """Read the vectors, and the counts if they were known."""
        data = content.to_pybytes()
        at = data.index(b"\n") + 1
        length, size = map(int, data[:at].split())
        tokens, matrix = [], np.empty((length, size), np.float32)
        for row in range(length):
            end = data.index(b" ", at)
            tokens.append(data[at:end].decode())
            matrix[row] = np.frombuffer(data, np.float32, size, end + 1)
            at = end + 1 + 4 * size
        vectors = importlib.import_module("gensim.models").KeyedVectors(size)
        vectors.add_vectors(tokens, matrix)
        if at < len(data):
            counts = [int(line.rpartition(b" ")[2]) for line in data[at:-1].split(b"\n")]
            vectors.expandos["count"] = np.array(counts, np.int64)
        return vectors


def _columns(frame: pd.DataFrame) -> pa.Table:
    """Take the columns of a frame, refusing an index that would be lost."""
    named = [name for name in frame.index.names if name is not None]
    if named:
        raise ValueError(f"a table keeps columns only, and {named[0]!r} is its index; call reset_index() first")
    return pa.Table.from_pandas(frame, preserve_index=False)


def _check_names(value: dict[Any, Any] | list[Any] | tuple[Any, ...]) -> None:
    """Refuse what JSON would turn into text silently."""
    if isinstance(value, dict):
        wrong = [name for name in value if not isinstance(name, str)]
        if wrong:
            raise TypeError(f"{wrong[0]!r} names a JSON value, and names are text there; give str({wrong[0]!r})")
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, dict | list | tuple):
            _check_names(part)


def _tokens(names: Iterable[Any]) -> list[bytes]:
    """Encode tokens, refusing those that word2vec's format cannot tell apart."""
    tokens = []
    for name in names:
        if not isinstance(name, str) or not name or " " in name or "\n" in name:
            raise ValueError(
                f"token {name!r} does not fit word2vec's format, where a space ends a token and a newline a line; "
                "rename it (an underscore for the space) or give an Embedding"
            )
        tokens.append(name.encode())
    return tokens
