"""tasks/README.md, written from the declarations of tables and tasks."""

import importlib
import inspect
import pkgutil
import typing
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import gokart
import luigi

import slipstream.tasks
from slipstream.tasks import tables
from slipstream.tasks.base import Task
from slipstream.tasks.cache.codecs import type_argument
from slipstream.tasks.tables import Row

ROOMS = ("data", "text", "embedding", "linking", "tagging", "recommendation", "evaluation", "export")
TASK_VALUED = (gokart.TaskInstanceParameter, gokart.ListTaskInstanceParameter)
INTRODUCTION = """\
# Tables and tasks

Written by `slipstream docs`; edit the docstrings instead.

A room knows the tables and never another room: what feeds what is written in [pipelines](../pipelines/README.md).
Data runs from left to right: {rooms}.
Every task is imported from its room: `from slipstream.tasks.{room} import {task}`.
"""


def home() -> Path:
    """Say where the catalogue is kept."""
    return Path(str(slipstream.tasks.__file__)).resolve().parent / "README.md"


def render() -> str:
    """Write the catalogue."""
    doors = {name: door for name, door in _doors() if tasks_of(door)}
    first = next(iter(doors))
    links = " → ".join(f"[{name}](#{name})" for name in doors)
    parts = [INTRODUCTION.format(rooms=links, room=first, task=tasks_of(doors[first])[0].__name__)]
    parts += [_room(name, door) for name, door in doors.items()]
    parts.append("\n## Tables\n\n| table | a row is | columns |\n| --- | --- | --- |\n")
    parts += [_table(row) for row in rows()]
    return "\n".join(part.removesuffix("\n") for part in parts) + "\n"


def tasks_of(door: ModuleType) -> list[type[Task[Any]]]:
    """List the task classes on a room's door."""
    found = [getattr(door, name) for name in getattr(door, "__all__", ())]
    return [value for value in found if inspect.isclass(value) and issubclass(value, Task)]


def rows() -> list[type[Row]]:
    """List the tables in the order of their declaration."""
    found = [value for value in vars(tables).values() if inspect.isclass(value) and issubclass(value, Row)]
    return [row for row in found if row is not Row]


def _doors() -> Iterator[tuple[str, ModuleType]]:
    """Import the rooms' doors, in the order of the flow of data and new ones last."""
    found = {entry.name for entry in pkgutil.iter_modules(slipstream.tasks.__path__) if entry.ispkg} - {"cache"}
    for name in [*(name for name in ROOMS if name in found), *sorted(found - set(ROOMS))]:
        yield name, importlib.import_module(f"slipstream.tasks.{name}")


def _room(name: str, door: ModuleType) -> str:
    head = f"\n## {name}\n\n{_words(door)}\n\n| task | product | takes | knobs |\n| --- | --- | --- | --- |\n"
    return head + "".join(_task(task) for task in tasks_of(door))


def _task(task: type[Task[Any]]) -> str:
    own = {name: parameter for name, parameter in task.get_params() if _is_own(name, task)}
    annotations = _annotations(task)
    takes = [_taken(name, annotations.get(name)) for name, value in own.items() if isinstance(value, TASK_VALUED)]
    knobs = [_knob(name, value) for name, value in own.items() if not isinstance(value, TASK_VALUED)]
    product = _name(type_argument(task, Task))
    return f"| **{task.__name__}**<br>{_words(task)} | {product} | {'<br>'.join(takes)} | {'<br>'.join(knobs)} |\n"


def _is_own(name: str, task: type[Task[Any]]) -> bool:
    return name not in {known for known, _ in Task.get_params()} and hasattr(task, name)


def _annotations(task: type[Task[Any]]) -> dict[str, Any]:
    return {name: value for cls in reversed(task.__mro__) for name, value in inspect.get_annotations(cls).items()}


def _knob(name: str, parameter: luigi.Parameter) -> str:
    default = getattr(parameter, "_default", None)
    if default is None or default is getattr(luigi.parameter, "_no_value", object()):
        return f"{name}: required"
    return f"{name} = {str(default).replace('|', chr(92) + '|') if default not in ('', (), {}) else 'none'}"


def _taken(name: str, annotation: Any) -> str:
    """Name the product of what a parameter takes: TaskInstanceParameter[Table[Item]] takes Item."""
    kind, inner = typing.get_origin(annotation), typing.get_args(annotation)
    product = typing.get_args(inner[0]) if inner else ()
    several = "several " if kind is gokart.ListTaskInstanceParameter else ""
    return f"{name}: {several}{_name(product[0]) if product else 'anything'}"


def _name(product: Any) -> str:
    arguments = typing.get_args(product)
    inner = arguments[0] if len(arguments) == 1 else product
    if inner in (Any, Row) or isinstance(inner, typing.TypeVar):
        return "any table"
    name = getattr(inner, "__name__", str(inner))
    return f"[{name}](#tables)" if inspect.isclass(inner) and issubclass(inner, Row) else name


def _table(row: type[Row]) -> str:
    columns = row.to_schema().columns
    listed = ", ".join(
        f"{name} {_dtype(column.dtype)}{'?' if column.nullable else ''}" for name, column in columns.items()
    )
    more = "" if row.to_schema().strict else ", …"
    return f"| {row.__name__} | {_words(row)} | {listed}{more} |\n"


def _dtype(dtype: object) -> str:
    name = str(dtype)
    return "time" if name.startswith("datetime64") else name.partition("[")[0].replace("string", "str")


def _words(thing: object) -> str:
    return " ".join((inspect.getdoc(thing) or "").split()).replace("|", "\\|")
