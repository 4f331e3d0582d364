"""Raw cells as the rows of a table; a row that cannot be one is told apart with its reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from pandera.pandas import Column

from slipstream.tasks.data.delimited import MARK, ROW, Raw
from slipstream.tasks.data.source import Source, nearest
from slipstream.tasks.data.times import to_moments
from slipstream.tasks.tables import Row, columns

KEYS = frozenset({"user_id", "item_id", "alias", "id", "tag", "kind"})
DEFAULTS = {"title": "", "text": "", "question": "", "policy": ""}
NUMBERS = frozenset({"at", "value", "weight", "score", "position", "published_at", "expires_at"})
YES, NO = ("1", "true", "t", "yes", "y"), ("0", "false", "f", "no", "n")
Plan = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Mapped:
    """Good rows (ROW and the table's columns) and bad ones (ROW, column, value, reason), each bad row once."""

    rows: pl.DataFrame
    bad: pl.DataFrame


BAD_SCHEMA = pl.Schema({ROW: pl.Int64, "column": pl.String, "value": pl.String, "reason": pl.String})


def plan(source: Source, row: type[Row], available: Sequence[str], path: str) -> Plan:
    """Say which foreign columns fill each column of a table: those of conf, else the one of the same name."""
    schema = row.to_schema().columns
    chosen: dict[str, tuple[str, ...]] = {}
    for name in columns(row):
        foreign = source.columns.get(name, (name,) if name in available else ())
        lost = [one for one in foreign if one not in available]
        if lost:
            hint = nearest(lost[0], available)
            raise ValueError(f"{path} has no column {lost[0]!r} (for {name}){hint}; it has {', '.join(available)}")
        fixed = name in source.constants or (name == "kind" and source.kind_by_value)
        if foreign and not fixed:
            chosen[name] = foreign
        elif not fixed and not schema[name].nullable and name not in DEFAULTS:
            raise ValueError(
                f"{path}: nothing fills column {name!r}; "
                f"name one of {', '.join(available)} under columns, or a value under constants"
            )
    if "text" in schema and "text" not in chosen and "text" not in source.constants and "title" in chosen:
        chosen["text"] = chosen["title"]
    return chosen


def map_rows(raw: Raw, chosen: Plan, source: Source, row: type[Row], kinds: frozenset[str]) -> Mapped:
    """Bring raw cells to a table's types: ids and tags NFKC and trimmed, times in UTC, lists unfolded."""
    cells = pl.DataFrame({ROW: raw.cells[ROW], **{name: _cells(raw.cells, chosen, name, source) for name in chosen}})
    for name, separator in source.split.items():
        cells = _unfolded(cells, name, separator)
    for name, words in source.skip.items():
        cells = cells.filter(~pl.col(name).is_in(words).fill_null(value=False)) if name in cells.columns else cells
    schema = row.to_schema().columns
    names = {name: "+".join(chosen.get(name, (name,))) for name in schema}
    problems = _Problems(cells, names)
    if raw.marked:
        for name in chosen:
            if cells[name].dtype == pl.String:
                problems.add(name, cells[name].str.contains(MARK, literal=True), f"not valid {source.encoding}")
    plain = [column for name, column in schema.items() if name != "kind"]
    typed = {column.name: _typed(column, cells, source, problems) for column in plain}
    if "kind" in schema:
        typed["kind"] = _kinds(cells, typed, source, problems, kinds)
    bad = problems.frame()
    good = pl.DataFrame({ROW: cells[ROW], **{name: typed[name] for name in schema}})
    return Mapped(good.join(bad, on=ROW, how="anti", maintain_order="left") if len(bad) else good, bad)


class _Problems:
    """Collects what is wrong with which rows."""

    def __init__(self, cells: pl.DataFrame, names: Mapping[str, str]) -> None:
        self.cells = cells
        self.names = names
        self.found: list[pl.DataFrame] = []

    def add(self, name: str, wrong: pl.Series, reason: str, values: pl.Series | None = None) -> None:
        """Note the rows where `wrong` is true."""
        if not wrong.any():
            return
        if values is None:
            values = self.cells[name] if name in self.cells.columns else pl.Series([None] * len(wrong), dtype=pl.String)
        texts = values.cast(pl.String).str.replace_all(MARK, "\ufffd", literal=True)
        frame = pl.DataFrame({ROW: self.cells[ROW], "value": texts}).filter(wrong.fill_null(value=False))
        columns = [pl.lit(self.names[name]).alias("column"), pl.lit(reason).alias("reason")]
        self.found.append(frame.with_columns(columns).select(list(BAD_SCHEMA)))

    def frame(self) -> pl.DataFrame:
        """Give one row a bad row, with what was noted first."""
        if not self.found:
            return pl.DataFrame(schema=BAD_SCHEMA)
        return pl.concat(self.found).unique(ROW, keep="first", maintain_order=True).sort(ROW)


def _cells(cells: pl.DataFrame, chosen: Plan, name: str, source: Source) -> pl.Series:
    """Take the cells of a column as text, or as they are where whole numbers are wanted and nothing is said of them."""
    is_told_of = source.empty or name in source.skip or name in source.split or len(chosen[name]) > 1
    if name in NUMBERS and not is_told_of and (whole := _whole_cells(cells[chosen[name][0]])) is not None:
        return whole
    return _text(cells, chosen[name], name, source)


def _whole_cells(cells: pl.Series) -> pl.Series | None:
    """Give numbers without a fraction as integers."""
    if cells.dtype.is_float() and cells.drop_nulls().is_finite().all() and (cells.drop_nulls() % 1 == 0).all():
        return cells.cast(pl.Int64)
    return cells.cast(pl.Int64) if cells.dtype in {pl.Int8, pl.Int16, pl.Int32, pl.Int64} else None


def _text(cells: pl.DataFrame, foreign: tuple[str, ...], name: str, source: Source) -> pl.Series:
    parts = [_plain(cells[one], name in source.split) for one in foreign]
    if len(parts) == 1 and parts[0].dtype != pl.String and (parts[0].dtype != pl.List or name in source.split):
        return parts[0]
    if any(part.dtype == pl.List for part in parts):
        raise ValueError(
            f"column {'+'.join(foreign)!r} holds lists and {name!r} takes one value; name {name!r} under split"
        )
    trimmed = [_trimmed(part.cast(pl.String), source.empty) for part in parts]
    if len(trimmed) == 1:
        return trimmed[0]
    separator, all_needed = ("-", True) if name == "at" else (" ", False)
    joined = pl.concat_str([pl.lit(part) for part in trimmed], separator=separator, ignore_nulls=not all_needed)
    return _trimmed(pl.DataFrame({"": trimmed[0]}).select(joined.alias("")).to_series(), source.empty)


def _plain(cells: pl.Series, is_split: bool) -> pl.Series:  # noqa: FBT001 - one private caller
    if cells.dtype.is_temporal():
        return cells
    if cells.dtype == pl.List and is_split:
        return cells.cast(pl.List(pl.String))
    if cells.dtype == pl.List:
        return cells
    whole = _whole_cells(cells)
    return (cells if whole is None else whole).cast(pl.String)


def _trimmed(cells: pl.Series, empty: Sequence[str]) -> pl.Series:
    cells = cells.str.strip_chars()
    return cells.set(cells.is_in(["", *empty]).fill_null(value=False), None)


def _unfolded(cells: pl.DataFrame, name: str, separator: str) -> pl.DataFrame:
    if name not in cells.columns:
        raise ValueError(f"source: split names {name!r}, which no column of the file fills")
    if cells[name].dtype != pl.List:
        cells = cells.with_columns(pl.col(name).str.split(separator))
    cells = cells.explode(name).with_columns(pl.col(name).str.strip_chars())
    return cells.filter(pl.col(name).is_not_null() & (pl.col(name) != ""))


def _normal(cells: pl.Series) -> pl.Series:
    """Bring ids to one spelling (NFKC, trimmed); plain ASCII is that already."""
    if (cells.str.len_bytes() == cells.str.len_chars()).all():
        return cells
    cells = cells.str.normalize("NFKC").str.strip_chars()
    return cells.set((cells == "").fill_null(value=False), None)


def _typed(column: Column, cells: pl.DataFrame, source: Source, problems: _Problems) -> pl.Series:
    name, dtype = column.name, str(column.dtype)
    given = cells[name] if name in cells.columns else _constant(source, name, len(cells))
    if dtype.startswith("datetime"):
        is_constant = name in source.constants
        result = to_moments(given, "iso8601" if is_constant else source.time_unit, source.timezone)
        reason = f"no time in {source.time_unit}" if not is_constant else "no ISO 8601 time"
    elif dtype in _PARSERS:
        parse, reason = _PARSERS[dtype]
        result = parse(given)
    else:
        given = given.cast(pl.String)
        result = _normal(given) if name in KEYS else given
        result = result.fill_null(DEFAULTS[name]) if name in DEFAULTS else result
        reason = "not text"
    problems.add(name, given.is_not_null() & result.is_null(), reason, given)
    if name in KEYS:
        problems.add(
            name, result.str.contains("\n", literal=True), "a line break inside, as after a stray quote", given
        )
    if not column.nullable:
        problems.add(name, given.is_null() & result.is_null(), "missing", given)
    if name in _LIMITS:
        broken, rule = _LIMITS[name]
        problems.add(name, broken(result).fill_null(value=False), rule, given)
    return result


def _number(given: pl.Series) -> pl.Series:
    numbers = given.cast(pl.Float64, strict=False)
    return numbers.set((~numbers.is_finite()).fill_null(value=False), None)


def _whole(given: pl.Series) -> pl.Series:
    numbers = _number(given)
    return numbers.set((numbers % 1 != 0).fill_null(value=False), None).cast(pl.Int32, strict=False)


def _truth(given: pl.Series) -> pl.Series:
    words = given.cast(pl.String).str.to_lowercase()
    truth = words.is_in(YES)
    return truth.set((~words.is_in([*YES, *NO])).fill_null(value=True), None)


_Parser = Callable[[pl.Series], pl.Series]
_PARSERS: dict[str, tuple[_Parser, str]] = {
    "float64": (_number, "not a number"),
    "int32": (_whole, "not a whole number"),
    "bool": (_truth, "neither true nor false"),
}
_LIMITS: dict[str, tuple[_Parser, str]] = {
    "weight": (lambda given: given <= 0, "not above 0"),
    "position": (lambda given: given < 1, "positions count from 1"),
    "propensity": (lambda given: (given <= 0) | (given > 1), "not above 0 and up to 1"),
}


def _constant(source: Source, name: str, length: int) -> pl.Series:
    value = source.constants.get(name)
    return pl.Series([None if value is None else str(value)], dtype=pl.String).new_from_index(0, length)


def _kinds(
    cells: pl.DataFrame, typed: Mapping[str, pl.Series], source: Source, problems: _Problems, known: frozenset[str]
) -> pl.Series:
    if source.kind_by_value:
        values = pl.lit(typed["value"])
        choice = pl.coalesce([pl.when(values >= low).then(pl.lit(kind)) for low, kind in source.kind_by_value])
        kinds = cells.select(choice.alias("kind")).to_series()
        problems.add("value", typed["value"].is_null(), "missing, and kind_by_value needs it", cells["value"])
        problems.add("value", kinds.is_null(), "below every threshold of kind_by_value", cells["value"])
    else:
        given = cells["kind"] if "kind" in cells.columns else _constant(source, "kind", len(cells))
        kinds = _normal(given).replace(dict(source.kinds))
        problems.add("kind", kinds.is_null(), "missing", given)
    wrong = kinds.is_not_null() & ~kinds.is_in(sorted(known))
    problems.add("kind", wrong, f"unknown kind; known are {', '.join(sorted(known))}", kinds)
    return kinds
