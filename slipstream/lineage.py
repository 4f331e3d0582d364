"""One product with all that is known of it: its manifest, what it was made from, and what was made from it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from slipstream.listing import Row
from slipstream.quantities import show_moment, show_seconds, show_size
from slipstream.tasks.cache.index import Entry, Index
from slipstream.tasks.cache.pins import Pin

DIGITS = 10


def facts(index: Index, row: Row, pins: Mapping[str, Pin]) -> dict[str, Any]:
    """Write a product's facts, manifest, lineage and pin as plain values."""
    key, log = row.entry.key, log_of(row.entry)
    return {
        **row.facts(),
        "manifest": asdict(row.entry.manifest),
        "made_from": [_named(index, other) for other in sorted(index.upstream([key]) - {key})],
        "used_by": [_named(index, other) for other in sorted(index.downstream([key]) - {key})],
        "pin": asdict(pins[key]) if key in pins else None,
        "log": log,
    }


def page(index: Index, row: Row, pins: Mapping[str, Pin]) -> RenderableType:
    """Draw a product's facts, its columns and the tree of what it was made from and is used by."""
    parts: list[RenderableType] = [_facts(row, pins)]
    if row.entry.manifest.schema:
        parts.append(_pairs("columns", row.entry.manifest.schema.items()))
    up = Tree("[bold]made from", guide_style="dim")
    _grow(up, index, row.entry.key, lambda key: labelled(index.by_key[key]) if key in index.by_key else [])
    down = Tree("[bold]used by", guide_style="dim")
    _grow(down, index, row.entry.key, lambda key: [("", user) for user in sorted(index.users(key))])
    parts.extend(tree for tree in (up, down) if tree.children)
    parts.append(_pairs("libraries", sorted(row.entry.manifest.libraries.items())))
    return Group(*(part for each in parts for part in (each, Text())))


def log_of(entry: Entry) -> str | None:
    """Name the log of the run that made a product, None where there is none."""
    log = entry.page.parent / f"{entry.name}_{entry.key}.log"
    return str(log) if log.is_file() else None


def labelled(entry: Entry) -> list[tuple[str, str]]:
    """List the keys that a product was made from with the names of the inputs."""
    return list(_labelled("", entry.manifest.inputs))


def _labelled(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
        return
    for part, inside in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _labelled(f"{name}.{part}" if name else str(part), inside)


def _facts(row: Row, pins: Mapping[str, Pin]) -> Table:
    manifest, pin = row.entry.manifest, pins.get(row.entry.key)
    lines = {
        "task": f"{row.entry.name} of {manifest.task.rpartition('.')[0]}",
        "key": manifest.key,
        "as of": show_moment(row.as_of),
        "state": row.state,
        "file": str(row.entry.file or row.entry.page),
        "product": manifest.product,
        "rows": "" if manifest.rows is None else f"{manifest.rows:,}",
        "size": show_size(manifest.bytes) if manifest.bytes else "",
        "sha256": manifest.sha256,
        "made": f"{show_moment(row.made)} on {manifest.host}, {show_seconds(manifest.seconds)}, "
        f"peak memory {show_size(manifest.peak_memory)}",
        "code": manifest.code,
        "git commit": manifest.git_commit or "",
        "pipelines": ", ".join(row.pipelines),
        "pinned": "" if pin is None else f"by {pin.by} at {pin.at}: {pin.why}",
        "log": log_of(row.entry) or "",
    }
    table = _pairs("", ((name, text) for name, text in lines.items() if text))
    for name, value in manifest.parameters.items():
        table.add_row(f"parameter {name}", escape(value))
    for accepted in manifest.accepted:
        told = f"{accepted.get('from_key')} by {accepted.get('by')} at {accepted.get('at')}: {accepted.get('why')}"
        table.add_row("accepted from", escape(told))
    return table


def _pairs(title: str, pairs: Iterable[tuple[str, str]]) -> Table:
    table = Table(box=None, show_header=bool(title), pad_edge=False)
    table.add_column(title, style="dim", no_wrap=True)
    table.add_column("", overflow="fold")
    for name, value in pairs:
        table.add_row(escape(name), escape(value))
    return table


def _grow(tree: Tree, index: Index, key: str, step: Any) -> None:
    """Draw what a step leads to from a product, and on from there; what stands above already is not spelled out."""
    drawn: set[str] = set()
    waiting = [(label, other, tree) for label, other in reversed(step(key))]
    while waiting:
        label, other, parent = waiting.pop()
        line = Text(f"{label}: " if label else "", style="bold").append_text(_line(index, other))
        further = step(other)
        if other in drawn and further:
            parent.add(line.append(" …", style="dim"))
            continue
        drawn.add(other)
        branch = parent.add(line)
        waiting.extend((name, before, branch) for name, before in reversed(further))


def _line(index: Index, key: str) -> Text:
    entry = index.by_key.get(key)
    if entry is None:
        return Text(f"{key[:DIGITS]} (no longer here)", style="dim")
    rows = "" if entry.manifest.rows is None else f"  {entry.manifest.rows:,} rows"
    return Text(entry.name, style="not bold").append(f" {key[:DIGITS]}{rows}", style="dim")


def _named(index: Index, key: str) -> dict[str, str | None]:
    return {"key": key, "task": index.by_key[key].name if key in index.by_key else None}
