"""The tasks of a pipeline: in which order they depend on one another, what to call them, which are there."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import luigi

from slipstream.stop import Code, Stop, cause
from slipstream.tasks.base import Pipeline
from slipstream.tasks.cache.address import upstream_first


class State(StrEnum):
    """How a task stands."""

    CACHED = "cached"
    WAITING = "waiting"
    UNNEEDED = "not needed"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    NOT_RUN = "not run"


@dataclass(frozen=True)
class Step:
    """A task of a plan, what people call it and how it stands."""

    task: luigi.Task
    label: str
    state: State


def steps(root: Any, again: Collection[luigi.Task] = ()) -> list[Step]:
    """List the tasks of a graph from sources to products, a pipeline itself left out, with their states.

    Those to be run `again` count as missing and as needed.
    """
    with suppress(Exception):  # all keys in one walk; what fails is named below
        root.make_unique_id()
    is_recipe = isinstance(root, Pipeline)
    order = [task for task in _guarded(lambda: _upstream_first(root), root) if task is not root or not is_recipe]
    labels = label(order)
    complete = {task: task not in again and _guarded(task.complete, labels[task.task_id]) for task in order}
    needed = {task for task in (*(_deps(root) if is_recipe else [root]), *again) if not complete[task]}
    for task in reversed(order):
        if task in needed:
            needed.update(before for before in _deps(task) if not complete[before])
    return [Step(task, labels[task.task_id], _state(complete[task], task in needed)) for task in order]


def label(tasks: Sequence[luigi.Task]) -> dict[str, str]:
    """Call tasks by class name; those of one class also by the parameters that tell them apart, or by their key."""
    families = defaultdict(list)
    for task in tasks:
        families[type(task).__name__].append(task)
    names = {}
    for family, members in families.items():
        shown = _distinguish(members)
        for task, words in zip(members, shown, strict=True):
            key = [_key(task)] if shown.count(words) > 1 else []
            inside = ", ".join([words, *key] if words else key)
            names[task.task_id] = f"{family}({inside})" if inside else family
    return names


def manifest(task: luigi.Task) -> Any:
    """Read what is known of a task's product, None for a task that keeps no such page."""
    output = task.output()
    return output.manifest() if hasattr(output, "manifest") else None


def _state(complete: bool, needed: bool) -> State:  # noqa: FBT001
    if complete:
        return State.CACHED
    return State.WAITING if needed else State.UNNEEDED


def _upstream_first(root: luigi.Task) -> list[luigi.Task]:
    return upstream_first(root, lambda task: reversed(_deps(task)))


def _deps(task: luigi.Task) -> list[luigi.Task]:
    return list(task.deps())


def _distinguish(members: Sequence[luigi.Task]) -> list[str]:
    """Say what tells tasks of one class apart: the files they read, and parameters that are not nested."""
    facts = [{"": _files(task), **_plain_parameters(task)} for task in members]
    telling = [name for name in facts[0] if len({each.get(name) for each in facts}) > 1]
    words = [[f"{name}={each[name]}" if name else each[name] for name in telling if each.get(name)] for each in facts]
    return [_shorten(", ".join(parts)) for parts in words]


def _files(task: luigi.Task) -> str:
    return ", ".join(Path(path).name for path in getattr(task, "sources", tuple)())


def _plain_parameters(task: luigi.Task) -> dict[str, str]:
    write = getattr(task, "significant_parameters", lambda: task.to_str_params(only_significant=True))
    return {name: value for name, value in write().items() if not value.startswith(("{", "["))}


def _key(task: luigi.Task) -> str:
    return str(task.make_unique_id())[:6] if hasattr(task, "make_unique_id") else task.task_id[-6:]


def _shorten(words: str, most: int = 48) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _guarded(ask: Any, name: object) -> Any:
    try:
        return ask()
    except FileNotFoundError as error:
        raise Stop(Code.MISSING_DATA, f"{name} needs a file that is not there: {error.filename or error}") from error
    except Stop:
        raise
    except Exception as error:
        raise Stop(Code.NOT_SCHEDULED, f"{name} cannot be scheduled: {cause(error)}") from error
