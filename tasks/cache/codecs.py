"""Product types and their open file formats: Parquet, Arrow, JSON, LightGBM text, and stored zips of these."""

import dataclasses
import io
import json
import typing
import zipfile
from collections.abc import Mapping
from typing import Any, BinaryIO, Protocol

import lightgbm
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from slipstream.tasks.vectors import Embedding

EPOCH = (1980, 1, 1, 0, 0, 0)


class Codec(Protocol):
    """How one product type is written and read back; reading runs no stored code."""

    extension: str

    def write(self, product: Any, file: BinaryIO) -> None:
        """Write a product to an open binary file."""

    def read(self, content: pa.Buffer) -> Any:
        """Read a product back from a file's bytes."""


class TableCodec:
    """Frames as Parquet, compressed by zstd; the index is not kept."""

    extension = "parquet"

    def write(self, product: pd.DataFrame, file: BinaryIO) -> None:
        """Write the columns."""
        pyarrow.parquet.write_table(pa.Table.from_pandas(product, preserve_index=False), file, compression="zstd")

    def read(self, content: pa.Buffer) -> pd.DataFrame:
        """Read the columns with the types they were written in."""
        frame: pd.DataFrame = pyarrow.parquet.read_table(pa.BufferReader(content)).to_pandas()
        return frame


class EmbeddingCodec:
    """Embeddings as an Arrow file of two columns: the id and a fixed-size list of float32 named vector."""

    extension = "arrow"

    def __init__(self, kind: type[Embedding]) -> None:
        """Remember which embedding to make when reading."""
        self.kind = kind

    def write(self, product: Embedding, file: BinaryIO) -> None:
        """Write ids and vectors, uncompressed so that the file can be mapped into memory."""
        flat = pa.array(product.matrix.reshape(-1))
        vectors = pa.FixedSizeListArray.from_arrays(flat, max(product.size, 1))
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


class JsonCodec:
    """Plain values as JSON text."""

    extension = "json"

    def write(self, product: Any, file: BinaryIO) -> None:
        """Write one JSON value."""
        file.write(json.dumps(product, ensure_ascii=False, indent=1, sort_keys=True).encode())

    def read(self, content: pa.Buffer) -> Any:
        """Read one JSON value."""
        return json.loads(content.to_pybytes())


class BoosterCodec:
    """LightGBM models in LightGBM's own text."""

    extension = "txt"

    def write(self, product: lightgbm.Booster, file: BinaryIO) -> None:
        """Write the model text."""
        file.write(product.model_to_string().encode())

    def read(self, content: pa.Buffer) -> lightgbm.Booster:
        """Read the model text."""
        return lightgbm.Booster(model_str=content.to_pybytes().decode())


class BundleCodec:
    """Frozen dataclasses as a stored zip with one member a field, each in its own format."""

    extension = "zip"

    def __init__(self, kind: type) -> None:
        """Find the format of each field."""
        self.kind = kind
        hints = typing.get_type_hints(kind)
        self.fields = {field.name: hints[field.name] for field in dataclasses.fields(kind)}

    def write(self, product: Any, file: BinaryIO) -> None:
        """Write field by field, tuples as numbered members."""
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as bundle:
            for name, hint in self.fields.items():
                value = getattr(product, name)
                element = _element(hint)
                members = {name: value} if element is None else {f"{name}/{i}": part for i, part in enumerate(value)}
                codec = codec_for(hint if element is None else element)
                for member, part in members.items():
                    content = io.BytesIO()
                    codec.write(part, content)
                    bundle.writestr(zipfile.ZipInfo(f"{member}.{codec.extension}", EPOCH), content.getvalue())

    def read(self, content: pa.Buffer) -> Any:
        """Read field by field."""
        with zipfile.ZipFile(pa.BufferReader(content)) as bundle:
            values = {name: self._read_field(bundle, name, hint) for name, hint in self.fields.items()}
        return self.kind(**values)

    @staticmethod
    def _read_field(bundle: zipfile.ZipFile, name: str, hint: Any) -> Any:
        element = _element(hint)
        codec = codec_for(hint if element is None else element)
        if element is None:
            return codec.read(pa.py_buffer(bundle.read(f"{name}.{codec.extension}")))
        count = sum(member.startswith(f"{name}/") for member in bundle.namelist())
        return tuple(codec.read(pa.py_buffer(bundle.read(f"{name}/{i}.{codec.extension}"))) for i in range(count))


def codec_for(product: Any) -> Codec:
    """Choose the format for a product type; the error lists what can be kept."""
    kind = typing.get_origin(product) or product
    if isinstance(kind, type):
        if issubclass(kind, pd.DataFrame):
            return TableCodec()
        if issubclass(kind, Embedding):
            return EmbeddingCodec(kind)
        if issubclass(kind, lightgbm.Booster):
            return BoosterCodec()
        if dataclasses.is_dataclass(kind):
            return BundleCodec(kind)
    if kind is Any or kind in (dict, list, str, int, float, bool) or kind is Mapping:
        return JsonCodec()
    raise TypeError(
        f"a product of type {product!r} has no open file format; give a table, an Embedding, a lightgbm.Booster, "
        "plain JSON values, or a frozen dataclass of these"
    )


def type_argument(cls: type, generic: type) -> Any:
    """Name what a class puts for the type variable of a generic ancestor: Row of `class X(Table[Row])`."""
    for base in getattr(cls, "__orig_bases__", ()):
        origin, arguments = typing.get_origin(base) or base, typing.get_args(base)
        if origin is generic:
            return arguments[0] if arguments else Any
        if isinstance(origin, type) and issubclass(origin, generic):
            found = type_argument(origin, generic)
            own = getattr(origin, "__parameters__", ())
            if isinstance(found, typing.TypeVar):
                return arguments[own.index(found)] if arguments else Any
            given = dict(zip(own, arguments, strict=False))
            open_variables = getattr(found, "__parameters__", ())
            return found[tuple(given.get(v, Any) for v in open_variables)] if open_variables and given else found
    return next((type_argument(b, generic) for b in cls.__bases__ if issubclass(b, generic) and b is not generic), Any)


def _element(hint: Any) -> Any:
    """Name the element type of a tuple of products, None for anything else."""
    return typing.get_args(hint)[0] if typing.get_origin(hint) is tuple else None
