"""Showing a pipeline's graph and products to people."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import pandas as pd
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from slipstream.graph import State, Step, manifest
from slipstream.quantities import show_seconds, show_size
from slipstream.scoreboard import is_scoreboard, scoreboard
from slipstream.tasks.base import Pipeline
from slipstream.tasks.tables import Item
from slipstream.tasks.vectors import Embedding

STYLES = {State.CACHED: "green", State.WAITING: "yellow", State.UNNEEDED: "dim"}
WORDS = {State.CACHED: "cached", State.WAITING: "missing", State.UNNEEDED: "missing, not needed"}


def tree(pipeline: Pipeline[Any], steps: Sequence[Step]) -> Tree:
    """Draw what a pipeline is made from; a task that stands above already is not spelled out again."""
    by_id = {step.task.task_id: step for step in steps}
    root = Tree(f"[bold]{escape(type(pipeline).__name__)}")
    names = {task.task_id: name for name, task in reversed(pipeline.products.items())}
    drawn: set[str] = set()
    waiting = [(task, root) for task in reversed(pipeline.deps())]
    while waiting:
        task, parent = waiting.pop()
        step, before = by_id[task.task_id], task.deps()
        name = names.get(task.task_id) if parent is root else None
        line = _describe(step, name)
        if task.task_id in drawn and before:
            parent.add(line.append(" …", style="dim"))
            continue
        drawn.add(task.task_id)
        branch = parent.add(line)
        waiting.extend((upstream, branch) for upstream in reversed(before))
    return root


def product(value: Any, *, top: int, titles: Mapping[str, str]) -> RenderableType:
    """Draw a product: the first rows of a table, the shape of anything else."""
    if isinstance(value, pd.DataFrame):
        return scoreboard(value) if is_scoreboard(value) else _frame(value, top, titles)
    if isinstance(value, Embedding):
        return Text(f"{len(value.ids):,} {value.id_name}s with vectors of size {value.matrix.shape[1]}")
    if is_dataclass(value) and not isinstance(value, type):
        parts = Table(box=None, pad_edge=False)
        for field in fields(value):
            parts.add_row(field.name, product(getattr(value, field.name), top=top, titles=titles))
        return parts
    return Text(str(value))


def titles(steps: Sequence[Step]) -> dict[str, str]:
    """Name items by their titles, from the first table of items among the tasks that is there."""
    for step in steps:
        if getattr(step.task, "row", None) is Item and step.state == State.CACHED:
            items = step.task.output().load()
            return dict(zip(items["item_id"], items["title"], strict=True))
    return {}


def _describe(step: Step, name: str | None) -> Text:
    page = manifest(step.task) if step.state == State.CACHED else None
    line = Text(f"{name}: " if name else "", style="bold").append(step.label, style="not bold")
    line.append(f"  {WORDS[step.state]}", style=STYLES[step.state])
    if page is not None:
        rows = "" if page.rows is None else f"{page.rows:,} rows, "
        line.append(f"  {rows}{show_size(page.bytes)}, {show_seconds(page.seconds)}", style="dim")
    return line


def _frame(frame: pd.DataFrame, top: int, titles: Mapping[str, str]) -> RenderableType:
    shown = frame.head(top)
    if titles and "item_id" in shown:
        place = list(shown.columns).index("item_id") + 1
        shown = shown.copy()
        shown.insert(place, "title", shown["item_id"].map(titles))
    table = Table()
    for name in shown.columns:
        number = pd.api.types.is_numeric_dtype(shown[name])
        table.add_column(str(name), justify="right" if number else "left", overflow="fold")
    for row in shown.itertuples(index=False):
        table.add_row(*(escape(_cell(value)) for value in row))
    return Group(table, Text(f"{len(shown):,} of {len(frame):,} rows", style="dim"))


def _cell(value: Any) -> str:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, pd.Timestamp) else str(value)
