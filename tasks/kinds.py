"""Kinds of trace: how strong each is, how much it weighs and how fast it fades."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from pandera.typing import DataFrame

from slipstream.tasks.tables import STRENGTHS, KindWorth


@dataclass(frozen=True)
class Kind:
    """What one kind of trace is worth.

    weight is that of a fresh trace (negative for a dislike); half_life_days of 0 means it never fades;
    cap is the largest number of traces of this kind that count for one user and item, 0 for all;
    by_value multiplies the weight by log2(1 + value / the user's median value), where a trace has a value;
    verb is how a reader would say it ("because you <verb> A").
    """

    strength: str
    weight: float
    half_life_days: float = 0.0
    cap: int = 0
    verb: str = "read"
    by_value: bool = False

    def __post_init__(self) -> None:
        """Refuse a strength or a number that means nothing."""
        if self.strength not in STRENGTHS:
            raise ValueError(f"strength {self.strength!r} is none of {', '.join(STRENGTHS)}")
        if self.half_life_days < 0 or self.cap < 0:
            raise ValueError(f"half_life_days {self.half_life_days} and cap {self.cap} must not be negative")


DEFAULT_KINDS: dict[str, Kind] = {
    "search": Kind("strong", 3.0, verb="searched for"),
    "answer": Kind("strong", 3.0, verb="chose"),
    "related_click": Kind("medium", 2.0, 90.0, 3, "went on to"),
    "like": Kind("medium", 2.0, 180.0, 1, "liked"),
    "bookmark": Kind("medium", 2.0, 180.0, 1, "bookmarked"),
    "view": Kind("weak", 1.0, 30.0, 3, "read"),
}


def parse_kinds(given: Mapping[str, Mapping[str, Any]]) -> dict[str, Kind]:
    """Merge given kinds over the default ones; {"view": {"weight": 0.5}} changes only that weight."""
    known = {field.name for field in fields(Kind)}
    kinds = dict(DEFAULT_KINDS)
    for name, options in given.items():
        unknown = sorted(set(options) - known)
        if unknown:
            raise ValueError(f"kind {name!r} has no option {unknown[0]!r}; the options are {', '.join(sorted(known))}")
        before = asdict(kinds[name]) if name in kinds else {}
        missing = {"strength", "weight"} - set(before) - set(options)
        if missing:
            raise ValueError(f"kind {name!r} needs {' and '.join(sorted(missing))}")
        kinds[name] = Kind(**{**before, **options})
    return kinds


def worth_kinds(given: Mapping[str, Mapping[str, Any]], worths: Sequence[DataFrame[KindWorth]]) -> dict[str, Kind]:
    """Parse kinds and give them the weights and half-lives that were found for them."""
    kinds = parse_kinds(given)
    for table in worths:
        columns = (table[name] for name in ("kind", "weight", "half_life_days"))
        for kind, weight, half_life_days in zip(*columns, strict=True):
            kinds[kind] = replace(kinds[kind], weight=float(weight), half_life_days=float(half_life_days))
    return kinds
