"""Foreign files as columns of raw cells; a damaged row is set aside, never an end."""

import codecs
import glob
import gzip
import io
import json
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from slipstream.tasks.data.delimited import BLOCK, MARK, ROW, Choice, Damage, Raw, read_delimited
from slipstream.tasks.data.source import FORMATS, SUFFIXES, Source

codecs.register_error("slipstream.mark", lambda error: (MARK, error.end))  # type: ignore[attr-defined]


def find_files(path: str) -> list[str]:
    """List the files of a path or a pattern like "logs/2024-*.csv", sorted; no path, no files."""
    if not path:
        return []
    here = os.getcwd()  # noqa: PTH109 - the message says where a relative path was looked for
    found = sorted(glob.glob(path, recursive=True)) if glob.has_magic(path) else [path]  # noqa: PTH207 - strings, as given
    files = [file for file in found if not Path(file).is_dir()]
    if not files and found:
        raise FileNotFoundError(f"{path} is a folder (working directory {here}); name its files, like {path}/*.csv")
    if not files:
        raise FileNotFoundError(f"no file matches {path} (working directory {here}); correct the path in the conf file")
    for file in files:
        if not Path(file).exists():
            raise FileNotFoundError(
                f"{file} does not exist (working directory {here}); correct the path in the conf file"
            )
        if not os.access(file, os.R_OK):
            raise PermissionError(
                f"{file} may not be read (working directory {here}); grant this user the right to read it"
            )
    return files


def read_raw(path: str, source: Source, choose: Choice) -> Raw:
    """Read those columns of a file that `choose` picks from the ones it has."""
    layout = source.format or _format_of(path)
    if layout == "parquet":
        return _read_parquet(path, choose)
    content = _utf8(path, source.encoding)
    if not content or content.isspace():
        return Raw(pl.DataFrame(schema={ROW: pl.Int64}), (), 0, marked=False)
    if layout == "jsonl":
        return _read_json_lines(content, choose)
    return read_delimited(content, source, source.separator or ("\t" if layout == "tsv" else ","), choose)


def _format_of(path: str) -> str:
    suffix = Path(path.removesuffix(".gz")).suffix.removeprefix(".").casefold()
    if suffix not in SUFFIXES:
        raise ValueError(f"{path}: the suffix {suffix!r} tells no format; set format in source to {', '.join(FORMATS)}")
    return SUFFIXES[suffix]


def _utf8(path: str, encoding: str) -> bytes:
    """Read a file, gzip or plain, as UTF-8; bytes that do not decode become MARK."""
    name = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    decoder = codecs.getincrementaldecoder(name)("slipstream.mark")
    written = io.BytesIO()
    with Path(path).open("rb") as plain:
        packed = plain.read(2) == b"\x1f\x8b"
        plain.seek(0)
        with gzip.GzipFile(fileobj=plain) if packed else plain as file:
            try:
                while block := file.read(BLOCK):
                    written.write(decoder.decode(block).encode("utf-8"))
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise ValueError(f"{path} is a damaged gzip file ({error}); fetch it again") from error
    written.write(decoder.decode(b"", final=True).encode("utf-8"))
    return written.getvalue()


def _read_parquet(path: str, choose: Choice) -> Raw:
    chosen = list(dict.fromkeys(choose(list(pl.read_parquet_schema(path)))))
    cells = pl.read_parquet(path, columns=chosen, glob=False)
    numbered = cells.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(ROW))
    return Raw(numbered, (), len(cells), marked=False)


def _read_json_lines(content: bytes, choose: Choice) -> Raw:
    marked = MARK.encode() in content
    records: list[tuple[int, Mapping[str, Any]]] = []
    damaged: list[Damage] = []
    lines = (line for line in content.split(b"\n") if line.strip())
    number = 0
    for number, line in enumerate(lines, 1):
        try:
            record = _json_value(line)
        except ValueError as error:
            damaged.append(Damage(number, line.decode(), f"broken JSON: {error}"))
            continue
        if isinstance(record, dict):
            records.append((number, record))
        else:
            damaged.append(Damage(number, line.decode(), "not a JSON object"))
    names = choose(list(dict.fromkeys(name for _, record in records for name in record))) if records else ()
    cells = {name: _json_cells([record.get(name) for _, record in records]) for name in names}
    rows = pl.Series([row for row, _ in records], dtype=pl.Int64)
    return Raw(pl.DataFrame({ROW: rows, **cells}), tuple(damaged), number, marked)


def _json_value(line: bytes) -> object:
    value = json.loads(line)
    if b"\\ud" in line.lower():  # half a character, written as an escape, is no text
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _json_cells(values: list[Any]) -> pl.Series:
    if any(isinstance(value, list) for value in values):
        lists = [value if isinstance(value, list) else [value] for value in values]
        return pl.Series([[_json_text(one) for one in value] for value in lists], dtype=pl.List(pl.String))
    return pl.Series([_json_text(value) for value in values], dtype=pl.String)


def _json_text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
