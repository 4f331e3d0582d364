"""Products read by what their manifests tell of them, without the tasks that made them."""

import importlib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from slipstream.tasks import vectors
from slipstream.tasks.cache.codecs import BundleCodec
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
from slipstream.tasks.cache.index import Entry
from slipstream.tasks.cache.manifest import DamagedProductError, Manifest
from slipstream.tasks.cache.storage import sha256
from slipstream.tasks.vectors import Embedding

CLASS = re.compile(r"(?:<class ')?([\w.]+)")
PLAIN: dict[str, Callable[[], Codec]] = {
    "parquet": TableCodec,
    "npy": ArrayCodec,
    "json": JsonCodec,
    "txt": BoosterCodec,
    "w2v": KeyedVectorsCodec,
}


def read_product(entry: Entry) -> Any:
    """Read the product of a manifest.

    Raises:
        FileNotFoundError: There is no such file.
        DamagedProductError: Its bytes are not those that were written.
        TypeError: Its class cannot be found, or its format is not known.

    """
    file = entry.file
    if file is None:
        raise TypeError(f"{entry.name} is a pipeline, it has no product of its own; read one of its products")
    if not file.exists():
        raise FileNotFoundError(f"{file} is not there; run the task that makes it")
    return read_verified(file, entry.manifest, codec_of(file.suffix[1:], entry.manifest.product).read)


def read_verified(file: Path, manifest: Manifest, read: Callable[[pa.Buffer], Any]) -> Any:
    """Read a product's file, refusing bytes that are not those its manifest tells of."""
    if manifest.sha256 != sha256(file):
        raise DamagedProductError(f"{file} is damaged: its sha256 is not its manifest's; run again to remake it")
    with pa.memory_map(str(file)) as mapped:
        return read(mapped.read_buffer())


def codec_of(extension: str, product: str) -> Codec:
    """Choose the format by a file's extension and the written product type."""
    name = "".join(CLASS.findall(product)[:1])
    if extension == "parquet" and name.startswith("polars."):
        return PolarsCodec()
    if extension == "arrow":
        return _AnyEmbedding(name)
    if extension == "zip":
        return BundleCodec(_dataclass(name))
    if extension in PLAIN:
        return PLAIN[extension]()
    raise TypeError(
        f"a file of format .{extension} cannot be read; there are {', '.join(sorted(PLAIN))}, arrow and zip"
    )


class _AnyEmbedding(EmbeddingCodec):
    """Embeddings of the class that is named, or where it is not loaded of the one with the same name of ids."""

    def __init__(self, name: str) -> None:
        super().__init__(Embedding)
        self._name = name

    def read(self, content: pa.Buffer) -> Embedding:
        id_name = pa.ipc.open_file(pa.BufferReader(content)).schema.names[0]
        kinds = [*_subclasses(Embedding)]
        named = [kind for kind in kinds if f"{kind.__module__}.{kind.__qualname__}" == self._name]
        alike = [kind for kind in kinds if kind.__module__ == vectors.__name__ and kind.id_name == id_name]
        return EmbeddingCodec([*named, *alike, Embedding][0]).read(content)


def _subclasses(cls: type[Embedding]) -> Iterator[type[Embedding]]:
    for below in cls.__subclasses__():
        yield below
        yield from _subclasses(below)


def _dataclass(name: str) -> type:
    """Find the class of a product of several parts, importing its module."""
    module, _, attribute = name.rpartition(".")
    try:
        found = getattr(sys.modules.get(module) or importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise TypeError(f"its product is a {name or 'class without a name'}, which cannot be imported ({error}); "
                        "put the project that defines it on PYTHONPATH") from error  # fmt: skip
    if not (isinstance(found, type) and hasattr(found, "__dataclass_fields__")):
        raise TypeError(f"{name} is no dataclass any more; read its file by the version of the project that made it")
    return found
