"""How a foreign file is laid out and what its columns mean, as written in a conf file."""

import codecs
import difflib
import itertools
import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

FORMATS = ("csv", "tsv", "jsonl", "parquet")
TIME_UNITS = ("s", "ms", "us", "ns", "iso8601")
SUFFIXES = {
    "csv": "csv", "tsv": "tsv", "tab": "tsv", "dat": "tsv", "jsonl": "jsonl", "ndjson": "jsonl", "parquet": "parquet",
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """The layout of a file and what its columns mean.

    format is csv, tsv, jsonl or parquet (by the file's suffix when empty); header names the columns of a delimited
    file that has no header line; quote may be "" in files that never quote. columns maps our column to the foreign
    one, or to several that are joined (by "-" for a time, by a space otherwise); constants fix a column. time_unit
    is s, ms, us, ns, iso8601 or a strptime format, timezone that of times which name none. kinds renames foreign
    kinds; kind_by_value names the kind by the value instead: of [[4, "like"], [0, "rating"]] the first threshold
    that the value reaches. split names the separator of a cell that holds several values, skip the cells (as
    written) whose row is not meant as data, empty what stands for a missing value besides the empty cell. keep_order
    lets traces that a user left at one moment follow one another as in the file, a microsecond apart.
    """

    format: str = ""
    separator: str = ""
    quote: str = '"'
    encoding: str = "utf-8"
    header: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    time_unit: str = "iso8601"
    timezone: str = "UTC"
    kinds: Mapping[str, str] = field(default_factory=dict)
    kind_by_value: tuple[tuple[float, str], ...] = ()
    split: Mapping[str, str] = field(default_factory=dict)
    skip: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    empty: tuple[str, ...] = ()
    keep_order: bool = False


def parse_source(given: Mapping[str, Any], columns: Sequence[str]) -> Source:
    """Read the layout of a file that fills the given columns; an unknown or senseless option is refused."""
    _known("option", given, [option.name for option in fields(Source)])
    source = Source(**{name: _READERS[name](name, value) for name, value in given.items()})
    for option in ("columns", "constants", "split", "skip"):
        _known(f"column of {option}", getattr(source, option), columns)
    _check_words(source)
    _check_meaning(source, columns)
    return source


def nearest(name: str, known: Sequence[str]) -> str:
    """Suggest the known name that looks most like a wrong one, in words."""
    found = difflib.get_close_matches(name.casefold(), [other.casefold() for other in known], n=1)
    return next((f"; did you mean {other!r}?" for other in known if found and other.casefold() == found[0]), "")


def _known(what: str, names: Mapping[str, Any], known: Sequence[str]) -> None:
    for name in names:
        if name == "path" and what == "option":
            raise ValueError("source has no option 'path'; the path is a parameter of its own, beside source")
        if name not in known:
            hint = nearest(name, known)
            raise ValueError(f"source has no {what} {name!r}{hint}; there are {', '.join(known)}")


def _check_words(source: Source) -> None:
    if source.format and source.format not in FORMATS:
        raise ValueError(f"source: format {source.format!r} is none of {', '.join(FORMATS)}")
    if source.time_unit not in TIME_UNITS and "%" not in source.time_unit:
        raise ValueError(
            f"source: time_unit {source.time_unit!r} is none of {', '.join(TIME_UNITS)} and no format like '%d/%m/%Y'"
        )
    if len(source.quote.encode()) > 1:
        raise ValueError(f"source: quote {source.quote!r} must be one ASCII character")
    if not source.separator.isascii() or "\n" in source.separator:
        raise ValueError(f"source: separator {source.separator!r} must be ASCII characters of one line, like '::'")
    try:
        codecs.lookup(source.encoding)
    except LookupError as error:
        raise ValueError(f"source: encoding {source.encoding!r} is unknown; try 'utf-8', 'cp932', 'latin-1'") from error
    try:
        zoneinfo.ZoneInfo(source.timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"source: timezone {source.timezone!r} is unknown; write it like 'Asia/Tokyo'") from error


def _check_meaning(source: Source, columns: Sequence[str]) -> None:
    if source.keep_order and not {"user_id", "at"} <= set(columns):
        raise ValueError("source: keep_order is for traces, which have a user and a time; drop it")
    both = sorted(set(source.columns) & set(source.constants))
    if both:
        raise ValueError(f"source: column {both[0]!r} is both in columns and in constants; drop one")
    if (source.kinds or source.kind_by_value) and "kind" not in columns:
        raise ValueError("source: this table has no kinds; drop kinds and kind_by_value")
    if source.kind_by_value and ("kind" in source.columns or "kind" in source.constants or source.kinds):
        raise ValueError("source: kind_by_value already names the kind; drop kind from columns, constants and kinds")
    thresholds = [threshold for threshold, _ in source.kind_by_value]
    if any(low >= high for high, low in itertools.pairwise(thresholds)):
        raise ValueError(f"source: kind_by_value takes the first threshold reached; put {max(thresholds):g} first")
    for name, separator in source.split.items():
        if not separator:
            raise ValueError(f"source: split of {name!r} needs a separator")


def _string(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"source: {name} must be a string, not {value!r}")
    return value


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"source: {name} must be true or false, not {value!r}")
    return value


def _strings(name: str, value: object) -> tuple[str, ...]:
    return tuple(_string(name, one) for one in ([value] if isinstance(value, str) else _list(name, value)))


def _list(name: str, value: object) -> list[Any]:
    if isinstance(value, str | Mapping) or not isinstance(value, Sequence):
        raise TypeError(f"source: {name} must be a list, not {value!r}")
    return list(value)


def _mapping(name: str, value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"source: {name} must be a mapping, not {value!r}")
    return dict(value)


def _strings_by_name(name: str, value: object) -> dict[str, tuple[str, ...]]:
    return {key: _strings(f"{name}.{key}", one) for key, one in _mapping(name, value).items()}


def _string_by_name(name: str, value: object) -> dict[str, str]:
    return {key: _string(f"{name}.{key}", one) for key, one in _mapping(name, value).items()}


def _constants(name: str, value: object) -> dict[str, str | float]:
    constants = _mapping(name, value)
    for key, one in constants.items():
        if isinstance(one, bool) or not isinstance(one, str | int | float):
            raise TypeError(f"source: {name}.{key} must be a string or a number, not {one!r}")
    return constants


def _thresholds(name: str, value: object) -> tuple[tuple[float, str], ...]:
    pairs = [_list(name, pair) for pair in _list(name, value)]
    for pair in pairs:
        if len(pair) != 2 or isinstance(pair[0], bool) or not isinstance(pair[0], int | float):
            raise TypeError(f'source: {name} holds pairs like [4.0, "like"], not {pair!r}')
    return tuple((float(threshold), _string(name, kind)) for threshold, kind in pairs)


_READERS: dict[str, Callable[[str, object], Any]] = {
    "format": _string, "separator": _string, "quote": _string, "encoding": _string, "header": _strings,
    "columns": _strings_by_name, "constants": _constants, "time_unit": _string, "timezone": _string,
    "kinds": _string_by_name, "kind_by_value": _thresholds, "split": _string_by_name, "skip": _strings_by_name,
    "empty": _strings, "keep_order": _flag,
}  # fmt: skip
