"""The key of a task: a digest of everything its product depends on, and nothing else."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from gokart.utils import flatten

from slipstream.tasks.cache.edited import refuse_edits
from slipstream.tasks.cache.fingerprint import Definition, digest_of, reached_code
from slipstream.tasks.cache.source import edition
from slipstream.tasks.cache.storage import Stamp, sha256, stamp

LENGTH = 20
T = TypeVar("T")


class Addressed(Protocol):
    """What the key needs to know of a task."""

    address: "Address | None"

    def inputs(self) -> dict[str, Any]:
        """Name the tasks it loads, singly or in lists."""

    def significant_parameters(self) -> dict[str, str]:
        """Write the parameters that can change the product."""

    def sources(self) -> Sequence[str]:
        """Name the outside files it reads."""


@dataclass(frozen=True)
class Address:
    """A task's key, and the outside files of its whole graph as they were when the key was computed."""

    key: str
    readers: tuple[Addressed, ...]
    stamps: tuple[tuple[str, Stamp | None], ...]
    edition: int

    def is_current(self) -> bool:
        """Tell whether no outside file changed since and no code was reloaded."""
        return self.edition == edition() and self.stamps == source_stamps(self.readers)


def address(task: Addressed) -> Address:
    """Compute the keys of a graph from its sources to `task`, keeping those whose outside files did not change."""
    for step in upstream_first(task, upstream):
        if step.address is None or not step.address.is_current():
            before = {id(reader): reader for earlier in upstream(step) for reader in _addressed(earlier).readers}
            readers = (*before.values(), *([step] if step.sources() else []))
            stamps = source_stamps(readers)
            step.address = Address(compute_key(step), readers, stamps, edition())
    return _addressed(task)


def upstream(task: Addressed) -> list[Addressed]:
    """List the tasks that a task loads and that have an address of this kind."""
    inputs: list[Any] = flatten(task.inputs())
    return [step for step in inputs if hasattr(step, "address")]


def _addressed(task: Addressed) -> Address:
    """Take the address of a task; one that the engine holds for the same as another may have none yet."""
    return task.address if task.address is not None and task.address.is_current() else address(task)


def package_of(cls: type) -> str:
    """Name the package that a class lives in, so that moving it between files of a package keeps its address."""
    return cls.__module__.rpartition(".")[0] or cls.__module__


def qualified_name(cls: type) -> str:
    """Name a class by package and name."""
    return f"{package_of(cls)}.{cls.__name__}"


def code_of(cls: type) -> dict[str, Definition]:
    """Find the project code that a task class reaches."""
    return reached_code(cls.__module__, cls.__qualname__.partition(".")[0])


def data_of(task: Addressed) -> dict[str, str]:
    """Digest the outside files of a task: {file name: sha256}, numbered so that two of one name both count."""
    return {f"{number:04d} {Path(path).name}": sha256(Path(path)) for number, path in enumerate(task.sources())}


def input_keys(task: Addressed) -> dict[str, Any]:
    """Name the keys of what a task loads."""
    return {name: _keys(value) for name, value in task.inputs().items()}


def compute_key(task: Addressed) -> str:
    """Digest what a task's product depends on; the keys of its inputs must be cheap to get."""
    code = code_of(type(task))
    refuse_edits(type(task), code)
    content = {
        "task": qualified_name(type(task)),
        "parameters": task.significant_parameters(),
        "inputs": input_keys(task),
        "code": digest_of(code),
        "data": data_of(task),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:LENGTH]


def upstream_first(root: T, inputs: Callable[[T], Iterable[T]]) -> list[T]:
    """Order a graph so that everything stands after what it depends on, without recursion."""
    order: dict[T, None] = {}
    waiting = [(root, False)]
    while waiting:
        task, ready = waiting.pop()
        if task in order:
            continue
        if ready:
            order[task] = None
        else:
            waiting.append((task, True))
            waiting.extend((before, False) for before in inputs(task))
    return list(order)


def source_stamps(tasks: Iterable[Addressed]) -> tuple[tuple[str, Stamp | None], ...]:
    """Stamp the outside files of tasks, to notice that one changed."""
    return tuple((path, stamp(Path(path))) for task in tasks for path in task.sources())


def _keys(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_keys(element) for element in value]
    if isinstance(value, dict):
        return {name: _keys(element) for name, element in value.items()}
    if isinstance(getattr(value, "address", None), Address):
        return value.address.key
    return value.make_unique_id() if hasattr(value, "make_unique_id") else value.task_id
