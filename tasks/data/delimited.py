"""Delimited text taken apart into cells; a line with a stray quote or the wrong number of cells is set aside."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import polars as pl
import pyarrow as pa
import pyarrow.csv

from slipstream.tasks.data.source import Source

ROW = "#row"
MARK = "\ufdd0"  # a character that no text may hold stands for bytes that do not decode
BLOCK = 1 << 24
LONGEST_BLOCK = 2**31 - 1
REPAIRS = 20
UNIT = "\x1f"  # stands for a separator of several characters, which the parser does not take

Choice = Callable[[Sequence[str]], Sequence[str]]


@dataclass(frozen=True)
class Damage:
    """A row that could not be taken apart: its number (data rows from 1), its text and what is wrong."""

    row: int
    text: str
    reason: str


@dataclass(frozen=True)
class Raw:
    """The chosen columns of a file with the row number in ROW, its damaged rows, and how many rows it has in all."""

    cells: pl.DataFrame
    damaged: tuple[Damage, ...]
    total: int
    marked: bool


def read_delimited(content: bytes, source: Source, separator: str, choose: Choice) -> Raw:
    """Take delimited text in UTF-8 apart, keeping the columns that `choose` picks."""
    if len(separator) > 1:
        if UNIT.encode() in content:
            raise ValueError(f"text with separator {separator!r} holds the character U+001F; take it out of the file")
        raw = read_delimited(content.replace(separator.encode(), UNIT.encode()), source, UNIT, choose)
        told = tuple(replace(one, text=one.text.replace(UNIT, separator)) for one in raw.damaged)
        cells = raw.cells.with_columns(pl.col(pl.String).str.replace_all(UNIT, separator, literal=True))
        return replace(raw, cells=cells, damaged=told)
    marked = MARK.encode() in content
    header = list(source.header) or _header(content, source, separator)
    chosen = list(dict.fromkeys(choose(header)))
    parse = _Delimited(source, separator, header, chosen)
    table, damaged = parse(content)
    repaired: list[str] = []
    for _ in range(REPAIRS):
        openings = _openings(content, table, damaged, source.quote)
        if not openings or len(header) == 1:
            break
        content = _close(content, openings, repaired)
        table, damaged = parse(content)
    damaged = [_restored(damage, repaired) for damage in damaged]
    total = table.num_rows + len(damaged)
    bad = pl.Series([damage.row for damage in damaged], dtype=pl.Int64)
    rows = pl.int_range(1, total + 1, dtype=pl.Int64, eager=True)
    rows = rows.filter(~rows.is_in(bad.implode())) if damaged else rows
    cells = pl.DataFrame(pl.from_arrow(table.select(chosen))) if chosen else pl.DataFrame()
    return Raw(cells.with_columns(rows.alias(ROW)), tuple(damaged), total, marked)


def _header(content: bytes, source: Source, separator: str) -> list[str]:
    start = len(content[:BLOCK]) - len(content[:BLOCK].lstrip(b"\r\n"))
    end = content.find(b"\n", start)
    first = content[start : end if end >= 0 else None].decode().rstrip("\r")
    quoting = {"quotechar": source.quote} if source.quote else {"quoting": csv.QUOTE_NONE}
    return next(csv.reader([first], delimiter=separator, **quoting))


@dataclass(frozen=True)
class _Delimited:
    """Takes delimited text apart into string columns and damaged rows."""

    source: Source
    separator: str
    header: list[str]
    chosen: list[str]

    def __call__(self, content: bytes) -> tuple[pa.Table, list[Damage]]:
        try:
            return self._parse(content, BLOCK)
        except pa.ArrowInvalid as error:
            if "straddling" not in str(error):
                raise
            return self._parse(content, min(len(content) + 1, LONGEST_BLOCK))

    def _parse(self, content: bytes, block: int) -> tuple[pa.Table, list[Damage]]:
        damaged: list[Damage] = []
        before = 0 if self.source.header else 1

        def set_aside(row: pyarrow.csv.InvalidRow) -> str:
            reason = f"{row.actual_columns} columns where {row.expected_columns} are expected"
            damaged.append(Damage(row.number - before, row.text, reason))
            return "skip"

        names = list(dict.fromkeys([*self.chosen, self.header[-1]]))
        table = pyarrow.csv.read_csv(
            pa.BufferReader(content),
            read_options=pyarrow.csv.ReadOptions(
                use_threads=False, block_size=block, column_names=list(self.source.header) or None
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=self.separator,
                quote_char=self.source.quote or False,
                newlines_in_values=bool(self.source.quote),
                invalid_row_handler=set_aside,
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                include_columns=names, column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False
            ),
        )
        return table, damaged


def _openings(content: bytes, table: pa.Table, damaged: list[Damage], quote: str) -> list[str]:
    """Find the rows that swallowed their successors: a quote opens in their first line and closes nowhere or late."""
    texts = [damage.text for damage in damaged if "\n" in damage.text.strip()]
    if not quote or not table.num_rows or texts:
        return texts
    last = table.column(table.num_columns - 1)[-1].as_py()
    if "\n" not in last:
        return []
    end = content.rstrip(b"\r\n")
    if end.endswith(quote.encode()):
        return []
    start = len(end) - len(last.rstrip("\r\n").replace(quote, quote * 2).encode())
    opening = content.rfind(b"\n", 0, max(start, 0)) + 1
    return [content[opening:].decode()]


def _close(content: bytes, openings: list[str], repaired: list[str]) -> bytes:
    """Put a numbered mark, which is one column, in place of each line that opens a quote without closing it."""
    for text in openings:
        line = text.lstrip("\r\n").partition("\n")[0].rstrip("\r")
        start = content.find(text.lstrip("\r\n").encode())
        mark = f"{MARK}{len(repaired)}".encode()
        content = content[:start] + mark + content[start + len(line.encode()) :]
        repaired.append(line)
    return content


def _restored(damage: Damage, repaired: list[str]) -> Damage:
    number = damage.text.strip().removeprefix(MARK)
    if damage.text.startswith(MARK) and number.isdecimal() and int(number) < len(repaired):
        return Damage(damage.row, repaired[int(number)], "a quote opens and does not close")
    return damage
