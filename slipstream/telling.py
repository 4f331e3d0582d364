"""Telling people what became of an item: the answer in one line, then stage by stage."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from slipstream.columns import aligned
from slipstream.quantities import show_moment
from slipstream.tasks.kinds import parse_kinds
from slipstream.tasks.recommendation.stages import Rules
from slipstream.tasks.recommendation.tracing import Outcome, Place, Trace

TREES, BLEND = "ranker", "blend"
ABSENCES = {
    "unpublished": "it is published later",
    "inactive": "nobody touched or published it in the last {days:g} days",
    "unknown": "neither a table nor a trace names it by then",
}
GROUPS = {
    "agreement": "agreement of the sources",
    "fresh": "age of the item",
    "popular": "popularity of the item",
    "tags": "shared tags",
    "trending": "trend of the item",
    "user": "habits of the user",
}


def lines(found: Trace, rules: Rules, titles: Mapping[str, str]) -> Iterator[str]:
    """Write a trace: the item and the answer, then each stage."""
    yield f"{_name(found.item_id, titles)} for user {found.user_id}: {answer(found, rules)}"
    stages = {
        "user": [_user(found)],
        "catalogue": [_catalogue(found, rules)],
        "seen": [_seen(found, rules)],
        "sources": list(_sources(found)),
        "pool": [_pool(found)],
        "ranking": list(_ranking(found, rules, titles)),
        "rules": [_rules(found)],
        "list": [_listed(found, rules, titles)],
        "reason": list(_reason(found)),
    }
    width = max(map(len, stages))
    for stage, told in stages.items():
        yield ""
        for number, line in enumerate(told):
            yield f"{'' if number else stage:<{width}}  {line}".rstrip()


def answer(found: Trace, rules: Rules) -> str:
    """Say in one line what became of the item."""
    told = {
        Outcome.SHOWN: lambda: f"shown at rank {found.shown.rank if found.shown else 0}, {found.reason}",
        Outcome.ABSENT: lambda: f"{found.outcome} as of {show_moment(rules.as_of)}: {_absence(found, rules)}",
        Outcome.REFUSED: lambda: f"{found.outcome} {found.rule}",
        Outcome.MOVED: lambda: f"{found.outcome}: {_rules(found)}",
        Outcome.SEEN: lambda: f"seen: {_past(found, rules)[0]}",
        Outcome.UNPLACED: lambda: f"{found.outcome} ({_served(found)})",
        Outcome.OUTRANKED: lambda: _outranked(found, rules),
    }
    said = told.get(found.outcome, found.outcome.__str__)()
    return f"{said} (the user has no traces, so fallbacks are served)" if not found.traces else said


def _outranked(found: Trace, rules: Rules) -> str:
    place = found.place.rank if found.place else 0
    told = f"not shown: ranked {ordinal(place)} of {found.line:,} candidates, the first {rules.top} are shown"
    behind = (found.contributions["item"] - found.contributions["last"]).dropna()
    if behind.empty or behind.min() >= 0:
        return told
    return f"{told}; it falls behind the last of them by {_group(str(behind.idxmin()), rules)} ({behind.min():+.3f})"


def _user(found: Trace) -> str:
    if not found.traces:
        return "no traces: fallbacks are served, in this order"
    return f"{found.traces:,} traces, so {_served(found)}"


def _served(found: Trace) -> str:
    if found.serve == TREES:
        return "the ranker's order is served"
    if found.serve == BLEND:
        return "the blend of the sources is served, the guard let nothing else pass"
    return f"{found.serve} alone is served, the guard found no rival better"


def _catalogue(found: Trace, rules: Rules) -> str:
    if found.absence:
        return f"not in it: {_absence(found, rules)}"
    return f"in it, as one of {found.catalogue:,} items as of {show_moment(rules.as_of)}"


def _absence(found: Trace, rules: Rules) -> str:
    return ABSENCES[found.absence].format(days=rules.active_days)


def _seen(found: Trace, rules: Rules) -> str:
    return ", ".join(_past(found, rules)) or "no trace of it"


def _past(found: Trace, rules: Rules) -> list[str]:
    verbs: dict[str, Any] = {name: kind.verb for name, kind in parse_kinds(rules.kinds).items()}
    return [f"{verbs.get(kind) or kind} on {at:%Y-%m-%d}" for kind, at in found.past]


def _sources(found: Trace) -> Iterator[str]:
    rows = [("source", "rank", "score", "of", "down to")]
    for voice in found.voices:
        name = f"{voice.source} (fallback)" if voice.fallback else voice.source
        rank = "-" if voice.rank is None else str(voice.rank)
        rows.append((name, rank, _number(voice.score), f"{voice.count:,}", _number(voice.least)))
    yield from aligned(rows, right=frozenset({1, 2, 3, 4}))


def _pool(found: Trace) -> str:
    sources = sum(not voice.fallback for voice in found.voices)
    if found.pooled:
        return f"in, proposed by {len(found.pooled)} of {sources} sources"
    if any(voice.rank is not None and not voice.fallback for voice in found.voices):
        return "out: its rank is behind what the pool takes of a source"
    return f"out: none of {sources} sources proposed it"


def _ranking(found: Trace, rules: Rules, titles: Mapping[str, str]) -> Iterator[str]:
    if found.place is None:
        yield "no place"
        return
    place = found.place
    would = "would be " if found.outcome == Outcome.REFUSED else ""
    yield f"{would}{ordinal(place.rank)} of {found.line:,}, score {place.score:.3f} by {place.source}"
    parts = found.contributions
    if parts["item"].notna().any():
        yield f"what its score is made of, beside the last one shown: {_of_last(found.last, titles)}"
        yield from _parts(parts, place, found.last, rules)


def _parts(parts: pd.DataFrame, place: Place, last: Place | None, rules: Rules) -> Iterator[str]:
    """Write contributions by falling difference, and what is left: where every candidate starts."""
    ordered = parts.assign(more=parts["item"] - parts["last"])
    order = ordered["more"].fillna(ordered["item"]).abs().sort_values(ascending=False, kind="stable").index
    rows: list[tuple[str, ...]] = [("", "this item", "the last", "difference")]
    rows += [(_group(str(name), rules), *map(_signed, ordered.loc[name, ["item", "last", "more"]])) for name in order]
    start = place.score - parts["item"].sum()
    other = last.score - parts["last"].sum() if last is not None and parts["last"].notna().any() else np.nan
    rows.append(("start of every candidate", _signed(start), _signed(other), _signed(start - other)))
    yield from aligned(rows, right=frozenset({1, 2, 3}))


def _group(name: str, rules: Rules) -> str:
    """Name a group of features."""
    kind, _, which = name.partition("_")
    if kind == "source":
        return f"source {which}"
    if kind == "embedding" and which.isdigit() and int(which) < len(rules.spaces):
        return f"closeness to what the user touched, {rules.spaces[int(which)]}"
    return GROUPS.get(name, name)


def _of_last(last: Place | None, titles: Mapping[str, str]) -> str:
    return "none" if last is None else f"{_name(last.item_id, titles)} at {last.rank}"


def _rules(found: Trace) -> str:
    if found.outcome == Outcome.REFUSED:
        return f"removed by rule {found.rule}"
    if found.moved is not None:
        why, before, after = found.moved
        was, now = (f"{rank}" if rank else "no place" for rank in (before, after))
        return f"moved from {was} to {now}, as {why}"
    return "moved nothing" if found.place else "not reached"


def _listed(found: Trace, rules: Rules, titles: Mapping[str, str]) -> str:
    if found.shown is not None:
        return f"at rank {found.shown.rank} of {rules.top}"
    return f"not in it; the last place has {_of_last(found.last, titles)}"


def _reason(found: Trace) -> Iterator[str]:
    yield found.reason or "none, as it is not shown"
    if found.arguments:
        yield "what speaks for it, and what of that can be said" if found.shown else "what could be said for it"
        rows = [(family, _signed(weight), said or "-") for family, weight, said in found.arguments if weight]
        yield from aligned(rows, right=frozenset({1})) if rows else ("-",)


def _name(item_id: str, titles: Mapping[str, str]) -> str:
    title = titles.get(item_id)
    return f"{title} [{item_id}]" if title else item_id


def ordinal(number: int) -> str:
    """Write a place as 1st, 2nd, 13th."""
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"


def _signed(value: float) -> str:
    if np.isnan(value):
        return "-"
    return "placed it" if np.isinf(value) else f"{value:+.3f}"
