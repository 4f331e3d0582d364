"""The catalogue of a workspace: listing products, looking at one, keeping and copying them."""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.markup import escape
from rich.table import Table
from typer.core import TyperGroup

from slipstream import lineage
from slipstream.commands.places import Conf, Workspace, draw, explained, unlisted
from slipstream.listing import ASIDE, RUN, WHOLE, Row, matches, rows
from slipstream.lookup import Wish, find, named, pinned_key
from slipstream.quantities import show_moment, show_seconds, show_size, since
from slipstream.tasks.cache import copying, pins
from slipstream.tasks.cache.index import Index, read_index
from slipstream.tasks.cache.pins import Pin, read_pins
from slipstream.workspace import find_workspace

DIGITS = 10
TOP = 50
LONGEST = 60
HEADINGS = ("task", "key", "as of", "rows", "size", "time", "made", "pipelines", "parameters")
ALWAYS, NUMBERS = {"task", "key", "size", "made"}, {"rows", "size", "time"}


class Order(StrEnum):
    """What a list is sorted by."""

    AT = "at"
    SIZE = "size"
    SECONDS = "seconds"
    TASK = "task"


class ListByDefault(TyperGroup):
    """A group whose subcommand is `list` where none is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the default in front of what is no subcommand."""
        first = args[0] if args else ""
        return super().parse_args(ctx, args if first in (*self.commands, "--help") else ["list", *args])


catalog = typer.Typer(
    cls=ListByDefault, add_completion=False, help=__doc__, subcommand_metavar="[TASK] | COMMAND [ARGS]..."
)

Product = Annotated[str, typer.Argument(help="A task's class name (the latest), or the first digits of a key.")]


@catalog.command("list")
def products(  # noqa: PLR0913 (one parameter an option)
    task: Annotated[str | None, typer.Argument(help="Only products of this task.")] = None,
    conf: Conf = None,
    workspace: Workspace = None,
    *,
    where: Annotated[list[str] | None, typer.Option(help="Only with this parameter: name=value; repeatable.")] = None,
    pipeline: Annotated[str | None, typer.Option(help="Only what runs of this pipeline reach.")] = None,
    since_: Annotated[str | None, typer.Option("--since", help="Only made since a time, or in a span as 7d.")] = None,
    sort: Annotated[Order, typer.Option(help="What to sort by, the newest or largest first.")] = Order.AT,
    top: Annotated[int, typer.Option(min=1, help="At most so many rows.")] = TOP,
    everything: Annotated[bool, typer.Option("--all", help="Also runs, damaged and set aside products.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write all of them as JSON.")] = False,
) -> None:
    """List products with their parameters, times, sizes and pipelines, from their manifests alone."""
    with explained():
        index, found = _open(conf, workspace)
        wanted = dict(_pair(each) for each in where or [])
        limit = since(since_, datetime.now(UTC)) if since_ else None
        chosen = [
            row
            for row in (found if task is None else named(index, found, task))
            if (everything or row.state == WHOLE)
            and matches(row, wanted)
            and (pipeline is None or pipeline in row.pipelines)
            and (limit is None or row.made >= limit)
        ]
    chosen.sort(key=lambda row: _rank(row, sort))
    if as_json:
        _write_json([row.facts() for row in chosen])
        return
    draw(_table(chosen[:top]))
    _say(_total(chosen, top))
    hidden = Counter(row.state for row in found if row.state != WHOLE)
    if hidden and not everything:
        _say(f"not shown without --all: {', '.join(f'{count:,} {state}' for state, count in sorted(hidden.items()))}")
    for line in unlisted(index):
        _note(line)


@catalog.command()
def show(
    product: Product,
    conf: Conf = None,
    workspace: Workspace = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Write it as JSON.")] = False,
) -> None:
    """Show one product: its manifest, what it was made from, and what was made from it."""
    with explained():
        index, found = _open(conf, workspace)
        row, pinned = find(index, found, product, Wish({})), read_pins(index.root)
    if as_json:
        _write_json(lineage.facts(index, row, pinned))
    else:
        draw(lineage.page(index, row, pinned), folded=True)


@catalog.command()
def pin(
    product: Product,
    conf: Conf = None,
    workspace: Workspace = None,
    *,
    why: Annotated[str, typer.Option(help="What it is kept for.")] = "",
) -> None:
    """Keep a product or a run, and all it was made from, whatever gc is told."""
    with explained():
        index, found = _open(conf, workspace)
        made = pins.pin(index.root, find(index, found, product, Wish({})).entry.manifest, why)
    _say(f"pinned {_name(made)}")


@catalog.command()
def unpin(
    product: Annotated[str, typer.Argument(help="A pinned task, or the first digits of its key.")],
    conf: Conf = None,
    workspace: Workspace = None,
) -> None:
    """Withdraw a pin."""
    with explained():
        root = find_workspace(workspace, conf or [])
        pinned = read_pins(root)
        key = pinned_key(pinned, product)
        pins.unpin(root, key)
    _say(f"unpinned {_name(pinned[key])}")


@catalog.command()
def copy(
    products: Annotated[list[str], typer.Argument(help="Tasks (the latest), or first digits of keys.")],
    to: Annotated[Path, typer.Option(help="The workspace to copy to.")],
    conf: Conf = None,
    workspace: Workspace = None,
    *,
    with_upstream: Annotated[bool, typer.Option("--with-upstream", help="Also all they were made from.")] = False,
) -> None:
    """Copy products to another workspace, where tasks then find them made."""
    with explained():
        index, found = _open(conf, workspace)
        keys = [find(index, found, name, Wish({})).entry.key for name in products]
        copied = copying.copy(index, keys, to, with_upstream=with_upstream)
    for entry in copied.made:
        _say(f"copied  {entry.name} {entry.key}  {show_size(entry.manifest.bytes)}")
    for entry in copied.present:
        _say(f"there   {entry.name} {entry.key}")
    if copied.missing:
        _say(f"{len(copied.missing)} of what they were made from are not here any more (first: {copied.missing[0]})")


def _open(conf: list[Path] | None, workspace: str | None) -> tuple[Index, list[Row]]:
    index = read_index(find_workspace(workspace, conf or []))
    return index, rows(index, read_pins(index.root))


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"--where {text!r} has no value; write name=value")
    return name, value


def _rank(row: Row, order: Order) -> tuple[Any, ...]:
    manifest, newest = row.entry.manifest, -row.made.timestamp()
    firsts: dict[Order, Any] = {
        Order.AT: newest,
        Order.SIZE: -manifest.bytes,
        Order.SECONDS: -manifest.seconds,
        Order.TASK: row.entry.name,
    }
    return firsts[order], newest, row.entry.name, row.entry.key


def _table(chosen: Sequence[Row]) -> Table:
    """Draw one line a product, without the columns that would be empty."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    lines = [_cells(row) for row in chosen]
    filled = [heading for heading in HEADINGS if heading in ALWAYS or any(line[heading] for line in lines)]
    for heading in filled:
        table.add_column(heading, justify="right" if heading in NUMBERS else "left", no_wrap=True)
    for line in lines:
        table.add_row(*(escape(line[heading]) for heading in filled))
    return table


def _cells(row: Row) -> dict[str, str]:
    manifest = row.entry.manifest
    state = "" if row.state in (WHOLE, RUN) else f" ({row.state})"
    telling = {name: value for name, value in manifest.parameters.items() if value and name != "as_of"}
    parameters = ", ".join(f"{name}={value}" for name, value in telling.items() if (name, value) != ("revision", "0"))
    return {
        "task": f"{row.entry.name}{' (pinned)' if row.pinned else ''}{state}",
        "key": manifest.key[:DIGITS],
        "as of": show_moment(row.as_of),
        "rows": "" if manifest.rows is None else f"{manifest.rows:,}",
        "size": "" if row.entry.is_pipeline else show_size(manifest.bytes),
        "time": show_seconds(manifest.seconds),
        "made": show_moment(row.made),
        "pipelines": ", ".join(row.pipelines),
        "parameters": parameters if len(parameters) <= LONGEST else f"{parameters[: LONGEST - 1]}…",
    }


def _total(chosen: Sequence[Row], top: int) -> str:
    products = [row for row in chosen if row.state not in (RUN, ASIDE)]
    size = sum(row.entry.manifest.bytes for row in chosen)
    more = f"; the first {top} are shown, all by --top {len(chosen)}" if len(chosen) > top else ""
    return f"{len(products):,} products, {show_size(size)}{more}"


def _name(pin: Pin) -> str:
    return f"{pin.task.rpartition('.')[2]} {pin.key}"


def _write_json(value: Any) -> None:
    def text(other: Any) -> str:
        return other.isoformat() if isinstance(other, datetime) else str(other)

    _say(json.dumps(value, indent=1, ensure_ascii=False, default=text))


def _say(line: str) -> None:
    print(line)  # noqa: T201 (rich would wrap it)


def _note(line: str) -> None:
    sys.stdout.flush()
    print(line, file=sys.stderr)  # noqa: T201 (rich would wrap it)
