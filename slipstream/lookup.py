"""Finding the product that somebody means: by task, time and parameters, or by the first digits of its key."""

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from slipstream.listing import RUN, WHOLE, Row, differing, matches
from slipstream.quantities import moment, show_moment
from slipstream.stop import near
from slipstream.tasks.cache.index import Index
from slipstream.tasks.cache.pins import Pin

logger = logging.getLogger(__name__)

KEY = re.compile(r"[0-9a-f]{4,20}")
LATEST = "latest"


class NotFoundError(LookupError):
    """A workspace has no such product, or several and no way to tell which is meant."""


@dataclass(frozen=True)
class Wish:
    """Which product is meant: its parameters, the time it stands for ("latest", a time, None for any), its pipeline."""

    parameters: Mapping[str, Any]
    as_of: str | date | None = LATEST
    pipeline: str | None = None


def find(index: Index, rows: Sequence[Row], name: str, wish: Wish) -> Row:
    """Find one current product or run by its task's name or the first digits of its key.

    Of several that fit, those come first that the newest run made directly, then those it reaches, then the newest;
    where that leaves a choice a warning names what was taken and what else there was.
    """
    current = [row for row in rows if not row.entry.is_set_aside]
    by_key = _with_key(index, current, name)
    if by_key is not None:
        return by_key
    fitting = _at(_fitting(index, current, name, wish), name, wish.as_of)
    best = _nearest_to_newest_run(index, current, fitting)
    chosen = max(best, key=lambda row: (row.made, row.entry.key))
    if len(best) > 1:
        logger.warning(_choice(name, chosen, best))
    return chosen


def named(index: Index, rows: Iterable[Row], name: str) -> list[Row]:
    """List the products and runs of a task, by its class name alone or with its package."""
    rows = list(rows)
    found = [row for row in rows if name in (row.entry.name, row.entry.manifest.task)]
    if not found:
        known = {row.entry.name for row in rows}
        raise NotFoundError(f"workspace {index.root} has no product of a task {name!r}{near(name, known)}")
    return found


def _with_key(index: Index, rows: Iterable[Row], name: str) -> Row | None:
    if not KEY.fullmatch(name):
        return None
    found = [row for row in rows if row.entry.key.startswith(name)]
    if len(found) > 1:
        both = ", ".join(f"{row.entry.key} ({row.entry.name})" for row in found[:3])
        raise NotFoundError(f"{len(found)} keys begin with {name!r}: {both}; give more digits")
    if not found and re.search(r"\d", name):
        raise NotFoundError(
            f"workspace {index.root} has no product with key {name!r}; list them by: slipstream catalog"
        )
    return found[0] if found else None


def _fitting(index: Index, rows: Sequence[Row], name: str, wish: Wish) -> list[Row]:
    """List the whole products of a task, and its runs if it is a pipeline, that have the wished parameters."""
    family = named(index, rows, name)
    packages = sorted({row.entry.manifest.task for row in family})
    if len(packages) > 1:
        raise NotFoundError(f"{len(packages)} tasks are called {name!r}; write {' or '.join(packages)}")
    whole = [row for row in family if row.state in (WHOLE, RUN)]
    if not whole:
        raise NotFoundError(f"the files of all {len(family)} products of {name} are missing or damaged; run it again")
    fitting = [row for row in whole if matches(row, wish.parameters)]
    if not fitting:
        raise NotFoundError(_no_such_parameters(name, whole, wish.parameters))
    owned = [row for row in fitting if wish.pipeline is None or wish.pipeline in row.pipelines]
    if not owned:
        others = {pipeline for row in fitting for pipeline in row.pipelines}
        raise NotFoundError(f"no run of {wish.pipeline!r} made a {name}{near(wish.pipeline or '', others)}")
    return owned


def _at(fitting: list[Row], name: str, as_of: str | date | None) -> list[Row]:
    """Keep the products that stand for a time."""
    if as_of is None:
        return fitting
    times = sorted({row.as_of for row in fitting if row.as_of is not None})
    wanted = (times[-1] if times else None) if as_of == LATEST else moment(as_of)
    found = [row for row in fitting if row.as_of == wanted]
    if not found:
        known = ", ".join(time.isoformat() for time in times[-5:]) or "none with an as_of"
        raise NotFoundError(f"no {name} is as of {moment(as_of or '').isoformat()}; there are {known}")
    return found


def _nearest_to_newest_run(index: Index, rows: Iterable[Row], fitting: list[Row]) -> list[Row]:
    keys = {row.entry.key for row in fitting}
    runs = [row for row in rows if row.entry.is_pipeline and row.entry.key not in keys]
    for run in sorted(runs, key=lambda row: (row.made, row.entry.key), reverse=True):
        direct = keys & set(index.inputs(run.entry.key))
        reached = direct or keys & index.upstream([run.entry.key])
        if reached:
            return [row for row in fitting if row.entry.key in reached]
    return fitting


def _no_such_parameters(name: str, rows: Iterable[Row], wanted: Mapping[str, Any]) -> str:
    rows = list(rows)
    for parameter, value in wanted.items():
        known = sorted({row.entry.manifest.parameters.get(parameter, "") for row in rows} - {""})
        if not known:
            names = {one for row in rows for one in row.entry.manifest.parameters}
            return f"{name} has no parameter {parameter!r}{near(parameter, names)}"
        if not any(matches(row, {parameter: value}) for row in rows):
            return f"no {name} has {parameter} = {value!r}; there are {', '.join(known[:10])}"
    return f"no {name} has all of {', '.join(f'{each} = {value!r}' for each, value in wanted.items())}"


def _choice(name: str, chosen: Row, among: Sequence[Row]) -> str:
    """Say what was taken, what else there was and in what they differ."""
    others = [row.entry.key for row in among if row is not chosen]
    told = {**differing(among), "pipeline": sorted({", ".join(row.pipelines) or "none" for row in among})}
    ways = [f"{way} ({_few(values)})" for way, values in told.items() if len(values) > 1]
    return (
        f"{len(among)} products of {name} stand for {show_moment(chosen.as_of) or 'no time'}; took {chosen.entry.key}, "
        f"the newest, made {show_moment(chosen.made)}; the others are {_few(others)}; "
        f"choose by {', '.join([*ways, 'the key'])}"
    )


def _few(values: Sequence[str], most: int = 4, longest: int = 40) -> str:
    short = [value if len(value) <= longest else f"{value[: longest - 1]}…" for value in values[:most]]
    return ", ".join([*short, "…"] if len(values) > most else short)


def pinned_key(pins: Mapping[str, Pin], name: str) -> str:
    """Find the pin of a task or of a key's first digits."""
    found = [key for key, pin in pins.items() if name in (pin.task, pin.task.rpartition(".")[2]) or _begins(key, name)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{key} ({pin.task.rpartition('.')[2]})" for key, pin in list(pins.items())[:10])
    what = f"{len(found)} pins are called" if found else "there is no pin called"
    raise NotFoundError(f"{what} {name!r}; {f'pinned are {known}' if known else 'nothing is pinned'}")


def _begins(key: str, name: str) -> bool:
    return KEY.fullmatch(name) is not None and key.startswith(name)
