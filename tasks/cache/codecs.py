"""Which format keeps which product type; a frozen dataclass of products becomes a stored zip of its fields."""

import dataclasses
import importlib
import io
import sys
import typing
import zipfile
from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from slipstream.tasks.cache.formats import (
    ArrayCodec,
    BoosterCodec,
    Codec,
    EmbeddingCodec,
    JsonCodec,
    KeyedVectorsCodec,
    PolarsCodec,
    TableCodec,
)
from slipstream.tasks.vectors import Embedding

EPOCH = (1980, 1, 1, 0, 0, 0)
PLAIN: dict[type, type[Codec]] = {pd.DataFrame: TableCodec, pl.DataFrame: PolarsCodec, np.ndarray: ArrayCodec}
FOREIGN: dict[tuple[str, str], type[Codec]] = {
    ("lightgbm", "Booster"): BoosterCodec,
    ("gensim.models", "KeyedVectors"): KeyedVectorsCodec,
}


class BundleCodec:
    """Frozen dataclasses as a stored zip with one member a field, each in its own format."""

    extension = "zip"

    def __init__(self, kind: type) -> None:
        """Remember which dataclass to make when reading."""
        self.kind = kind

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The type of each field."""
        hints = typing.get_type_hints(self.kind, localns=_Libraries())
        return {field.name: hints[field.name] for field in dataclasses.fields(self.kind)}

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


class _Libraries(dict[str, Any]):
    """Libraries of product types by name, loaded when a hint names one that its module imports for type checkers."""

    def __missing__(self, name: str) -> Any:
        """Load a library."""
        if all(name != module.partition(".")[0] for module, _ in FOREIGN):
            raise KeyError(name)
        return importlib.import_module(name)


def codec_for(product: Any) -> Codec:
    """Choose the format for a product type; the error lists what can be kept."""
    kind = typing.get_origin(product) or product
    whole = ("gensim.models", "Word2Vec"), ("gensim.models.fasttext", "FastTextKeyedVectors")
    if any(is_a(kind, module, name) for module, name in whole):
        raise TypeError(
            f"a {kind.__name__} fits no open file format whole; make the product gensim.models.KeyedVectors and dump "
            "model.wv (with subwords: a WordEmbedding of the words needed)"
        )
    found = _codec_of_class(kind) if isinstance(kind, type) else None
    if found is not None:
        return found
    if kind is Any or kind in (dict, list, str, int, float, bool) or kind is Mapping:
        return JsonCodec()
    raise TypeError(
        f"a product of type {product!r} has no open file format; give a table, an Embedding, a lightgbm.Booster, "
        "a gensim.models.KeyedVectors, an array, plain JSON values, or a frozen dataclass of these"
    )


def is_a(kind: Any, module: str, name: str) -> bool:
    """Tell whether a class is a library's class or below it, without loading the library."""
    known = getattr(sys.modules.get(module), name, None)
    return isinstance(known, type) and isinstance(kind, type) and issubclass(kind, known)


def _codec_of_class(kind: type) -> Codec | None:
    if issubclass(kind, Embedding):
        return EmbeddingCodec(kind)
    if dataclasses.is_dataclass(kind):
        return BundleCodec(kind)
    plain = (codec for known, codec in PLAIN.items() if issubclass(kind, known))
    foreign = (codec for (module, name), codec in FOREIGN.items() if is_a(kind, module, name))
    return next((codec() for codec in (*plain, *foreign)), None)


@cache
def type_argument(cls: Any, generic: Any) -> Any:
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
