"""The products of a workspace as rows that people can sort and choose from."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from slipstream.quantities import moment
from slipstream.tasks.cache.index import Entry, Index
from slipstream.tasks.cache.pins import Pin
from slipstream.tasks.cache.storage import stamp

WHOLE, MISSING, DAMAGED, ASIDE, RUN = "whole", "file missing", "damaged", "set aside", "run"


@dataclass(frozen=True)
class Row:
    """What a list tells of one product: when it stands for (as_of), its size in bytes, how long it took and so on."""

    entry: Entry
    as_of: datetime | None
    pipelines: tuple[str, ...]
    pinned: bool

    @cached_property
    def made(self) -> datetime:
        """When it was made; long ago where its manifest does not say."""
        try:
            return moment(self.entry.manifest.at)
        except ValueError:
            return datetime.fromtimestamp(0, UTC)

    @cached_property
    def state(self) -> str:
        """How it stands, by name and size of its file; its bytes are not read."""
        file = self.entry.file
        if self.entry.is_set_aside or file is None:
            return ASIDE if self.entry.is_set_aside else RUN
        now = stamp(file)
        if now is None:
            return MISSING
        return WHOLE if now.size == self.entry.manifest.bytes else DAMAGED

    def facts(self) -> dict[str, Any]:
        """Write it as plain values."""
        manifest = self.entry.manifest
        return {
            "task": self.entry.name,
            "key": manifest.key,
            "as_of": self.as_of,
            "parameters": manifest.parameters,
            "rows": manifest.rows,
            "bytes": manifest.bytes,
            "seconds": manifest.seconds,
            "at": self.made,
            "pipelines": list(self.pipelines),
            "pinned": self.pinned,
            "state": self.state,
            "package": manifest.task.rpartition(".")[0],
            "file": None if self.entry.file is None else str(self.entry.file),
        }


def rows(index: Index, pins: Mapping[str, Pin]) -> list[Row]:
    """List every product and run of a workspace, those set aside too."""
    moments, owners = as_ofs(index), index.owners()
    return [
        Row(entry, moments.get(entry.key), tuple(sorted(owners.get(entry.key, ()))), entry.key in pins)
        for entry in index.entries
    ]


def as_ofs(index: Index) -> dict[str, datetime]:
    """Say when each product stands for: its own as_of, or else the latest among those it was made from.

    A task with an as_of sees nothing at or after it, whatever it was made from.
    """
    own = {key: at for key, entry in index.by_key.items() if (at := _own(entry)) is not None}
    times: dict[str, datetime] = {}
    for start in sorted(own, key=lambda key: own[key], reverse=True):
        times[start] = own[start]
        waiting = list(index.users(start))
        while waiting:
            key = waiting.pop()
            if key not in own and key not in times:
                times[key] = own[start]
                waiting.extend(index.users(key))
    return times


def matches(row: Row, wanted: Mapping[str, Any]) -> bool:
    """Tell whether a product has parameters of given values."""
    given = row.entry.manifest.parameters
    return all(name in given and given[name] in _texts(value) for name, value in wanted.items())


def differing(chosen: Iterable[Row]) -> dict[str, list[str]]:
    """Name the parameters in which products differ, with their values."""
    parameters = [row.entry.manifest.parameters for row in chosen]
    names = sorted({name for given in parameters for name in given})
    values = {name: sorted({given.get(name, "none") for given in parameters}) for name in names}
    return {name: found for name, found in values.items() if len(found) > 1}


def _own(entry: Entry) -> datetime | None:
    try:
        return moment(entry.manifest.parameters["as_of"])
    except (KeyError, ValueError):
        return None


def _texts(value: Any) -> set[str]:
    """Write a value in the ways that parameters are written."""
    if isinstance(value, str):
        return {value}
    written = {str(value)}
    if isinstance(value, list | tuple | dict | bool | int | float):
        written.add(json.dumps(value))
    return written | ({value.isoformat()} if hasattr(value, "isoformat") else set())
