"""Finding the tasks that somebody names: by class, label, product or key, in a pipeline or in the one that last ran."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import luigi

from slipstream import graph, recipes
from slipstream.graph import Step
from slipstream.stop import Code, Stop, near
from slipstream.tasks.base import Pipeline
from slipstream.tasks.cache.address import qualified_name
from slipstream.tasks.cache.index import Entry, Index, read_index
from slipstream.tasks.cache.manifest import Manifest, input_keys_of
from slipstream.tasks.cache.storage import local_root

SHORTEST = 4


@dataclass(frozen=True)
class Selection:
    """A pipeline or another task, the steps of its graph from sources to products, and those that were named."""

    pipeline: Any
    steps: list[Step]
    named: list[Step]


def select(root: luigi.Task, names: Sequence[str]) -> Selection:
    """Find the steps of a graph that carry one of the names; a pipeline's own name, or none, stands for all of it."""
    steps = graph.steps(root)
    if isinstance(root, Pipeline) and (not names or type(root).__name__ in names):
        return Selection(root, steps, steps)
    if not names:
        return Selection(root, steps, [step for step in steps if step.task is root])
    named = {step.task for name in names for step in _called(root, steps, name)}
    return Selection(root, steps, [step for step in steps if step.task in named])


def last_run(index: Index, names: Sequence[str]) -> Entry:
    """Find the newest run of a pipeline that has a task of one of the names; without names, the newest run."""
    runs = [entry for entry in index.by_key.values() if entry.is_pipeline]
    if not runs:
        raise Stop(Code.MISUSED, f"no pipeline ran in {index.root} yet; name one, and its workspace by --workspace")
    runs.sort(key=lambda entry: (entry.manifest.at, entry.page.stat().st_mtime_ns))
    for run in reversed(runs):
        if not names or any(_has(index, run, name) for name in names):
            return run
    known = {entry.name for entry in index.by_key.values()}
    raise Stop(
        Code.MISUSED,
        f"no pipeline that ran in {index.root} has a task {names[0]!r}{near(names[0], known)}; "
        "name its pipeline by --of, and its workspace by --workspace",
    )


def as_recorded(run: Entry, modules: Sequence[str]) -> Pipeline[Any]:
    """Make a pipeline with the parameters of an earlier run."""
    home = run.manifest.task.rpartition(".")[0]
    known = recipes.find_pipelines(modules)
    pipeline = known.get(run.name) or recipes.find_pipeline(run.name, [*modules, home])
    settings = {name: value for name, value in run.manifest.parameters.items() if name in dict(pipeline.get_params())}
    return recipes.construct(pipeline, [f"{name}={value}" for name, value in settings.items()])


def _called(root: Any, steps: Sequence[Step], name: str) -> list[Step]:
    products = root.products if isinstance(root, Pipeline) else {}
    found = [step for step in steps if name in (type(step.task).__name__, step.label)]
    found = found or [step for step in steps if step.task is products.get(name)]
    if found:
        return found
    found = [step for step in steps if _starts(_key(step.task), name)] or _made_under(root, steps, name)
    if len(found) > 1:
        labels = ", ".join(f"{step.label} {_key(step.task)[:12]}" for step in found)
        raise Stop(Code.MISUSED, f"{name!r} is the start of {len(found)} keys ({labels}); give more digits")
    if not found:
        known = {type(step.task).__name__ for step in steps} | set(products)
        raise Stop(Code.MISUSED, f"{type(root).__name__} has no task {name!r}{near(name, known)}")
    return found


def _made_under(root: Any, steps: Sequence[Step], name: str) -> list[Step]:
    """Find the steps that made an output whose key, now superseded, starts with a name."""
    if not re.fullmatch(r"[0-9a-f]{4,}", name):
        return []
    index = read_index(local_root(root.workspace_directory))
    pages = [entry.manifest for entry in index.entries if _starts(entry.key, name)]
    return [step for step in steps if any(_is_of(page, step.task) for page in pages)]


def _is_of(page: Manifest, task: Any) -> bool:
    return page.task == qualified_name(type(task)) and page.parameters == task.significant_parameters()


def _has(index: Index, run: Entry, name: str) -> bool:
    """Tell whether a run has a product of a name, or made something of a class or key, be it set aside by now."""
    known = {**{entry.key: entry for entry in index.entries}, **index.by_key}
    reached, waiting = set(), [run.key]
    while waiting:
        key = waiting.pop()
        if key not in reached:
            reached.add(key)
            waiting.extend(input_keys_of(known[key].manifest) if key in known else ())
    words = {known[key].name for key in reached if key in known} | set(run.manifest.inputs)
    return name.partition("(")[0] in words or any(_starts(key, name) for key in reached)


def _key(task: Any) -> str:
    return str(task.make_unique_id()) if hasattr(task, "address") else ""


def _starts(key: str, name: str) -> bool:
    return len(name) >= SHORTEST and key.startswith(name)


def below(steps: Iterable[Step], tasks: Iterable[luigi.Task]) -> list[Step]:
    """List the steps of a graph that are made from one of the tasks, themselves included."""
    reached = set(tasks)
    for step in steps:
        if any(before in reached for before in step.task.deps()):
            reached.add(step.task)
    return [step for step in steps if step.task in reached]


def above(steps: Sequence[Step], tasks: Iterable[luigi.Task]) -> list[Step]:
    """List the steps of a graph that one of the tasks is made from, themselves included."""
    reached = set(tasks)
    for step in reversed(steps):
        if step.task in reached:
            reached.update(step.task.deps())
    return [step for step in steps if step.task in reached]


def addressed(steps: Iterable[Step]) -> list[Any]:
    """List the tasks of steps that have a key; those of plain gokart have none."""
    return [step.task for step in steps if hasattr(step.task, "address")]
