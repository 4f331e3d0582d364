"""The three kinds of task: one product, one table, one recipe."""

from collections import deque
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from gokart.utils import flatten
from pandera.typing import DataFrame

from slipstream.tasks.cache.blocks import Passing
from slipstream.tasks.cache.codecs import type_argument
from slipstream.tasks.cache.description import describe
from slipstream.tasks.cache.manifest import SUFFIX, Manifest
from slipstream.tasks.cache.storage import private_folder, publish
from slipstream.tasks.cache.task import CachedTask
from slipstream.tasks.tables import Row, check

P = TypeVar("P")
R = TypeVar("R", bound=Row)
T = TypeVar("T")


class Task(CachedTask[P], Generic[P]):
    """A cached step with one product of type P, made by `run` from the products of the tasks it takes.

    `memory_knob` names the parameter of pipelines that decides most how much memory it takes.
    """

    memory_knob: ClassVar[str] = ""


class Table(Task[DataFrame[R]], Generic[R]):
    """A task whose product is a table of rows of R, checked before it is written."""

    @property
    def row(self) -> type[Row]:
        """The declaration of the table's columns."""
        return type_argument(type(self), Table)  # type: ignore[no-any-return]

    def dump(self, obj: Any, target: Any = None, custom_labels: Any = None) -> None:
        """Write the table, a frame or an iterator of frames, as declared, or say which value breaks the declaration."""
        if target is None:
            name = type(self).__name__
            is_whole = not isinstance(obj, Iterator)
            obj = check(self.row, obj, name) if is_whole else Passing(check(self.row, part, name) for part in obj)
        super().dump(obj, target, custom_labels)


class Pipeline(Task[P], Generic[P]):
    """A recipe: `requires` joins tasks under names; the first one's product is the pipeline's own."""

    @classmethod
    def get_task_namespace(cls) -> str:
        """Stand on the command line by class name alone."""
        return ""

    def requires(self) -> Any:
        """Join the tasks: {name: task}, the pipeline's own product first."""
        return {}

    @cached_property
    def products(self) -> dict[str, Task[Any]]:
        """The named tasks of the recipe."""
        products: dict[str, Task[Any]] = dict(self.requires())
        elsewhere = {task.workspace_directory for task in products.values()} - {self.workspace_directory}
        if elsewhere:
            raise ValueError(
                f"{self} has workspace {self.workspace_directory!r}, its tasks {min(elsewhere)!r}; "
                "set workspace_directory for all in [TaskOnKart]"
            )
        return products

    def find(self, kind: type[T]) -> T:
        """Find the task of a class that lies nearest to the products."""
        waiting = deque(self.deps())
        seen = set(waiting)
        while waiting:
            task = waiting.popleft()
            if isinstance(task, kind):
                return task
            further = [before for before in flatten(task.requires()) if before not in seen]
            seen.update(further)
            waiting.extend(further)
        raise LookupError(f"{type(self).__name__} has no {kind.__name__}")

    def inputs(self) -> dict[str, Any]:
        """Name the tasks of the recipe."""
        return self.products

    def deps(self) -> list[Any]:
        """List the tasks of the recipe, for the scheduler."""
        return list(self.products.values())

    def output(self) -> Any:
        """Stand for the first product."""
        return next(iter(self.products.values())).output()

    @property
    def page(self) -> Path:
        """The manifest that tells of the pipeline's last run: its parameters and the keys of its products."""
        return self.root / f"{self.place}_{self.make_unique_id()}{SUFFIX}"

    def complete(self) -> bool:
        """Tell whether every product is there; keys are computed from the root, once for the whole graph."""
        return Manifest.read(self.page) is not None and all(task.complete() for task in self.products.values())

    def is_made_meanwhile(self) -> bool:
        """Run again even if it is complete: that notes when it ran last."""
        return False

    def run(self) -> None:
        """Note in the workspace that the recipe ran: its tasks have done the work."""
        with private_folder(self.root) as folder:
            draft = folder / self.page.name
            draft.write_text(describe(self, None).to_json(), encoding="utf-8")
            publish(draft, self.page)
