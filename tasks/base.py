"""The three kinds of task: one product, one table, one recipe."""

from functools import cached_property
from typing import Any, Generic, TypeVar

from pandera.typing import DataFrame

from slipstream.tasks.cache.codecs import type_argument
from slipstream.tasks.cache.task import CachedTask
from slipstream.tasks.tables import Row, check

P = TypeVar("P")
R = TypeVar("R", bound=Row)


class Task(CachedTask[P], Generic[P]):
    """A cached step with one product of type P, made by `run` from the products of the tasks it takes."""


class Table(Task[DataFrame[R]], Generic[R]):
    """A task whose product is a table of rows of R, checked before it is written."""

    @property
    def row(self) -> type[Row]:
        """The declaration of the table's columns."""
        return type_argument(type(self), Table)  # type: ignore[no-any-return]

    def dump(self, obj: Any, target: Any = None, custom_labels: Any = None) -> None:
        """Write the table with its declared columns and types, or say which value breaks them."""
        super().dump(check(self.row, obj, type(self).__name__) if target is None else obj, target, custom_labels)


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
        return dict(self.requires())

    def inputs(self) -> dict[str, Any]:
        """Name the tasks of the recipe."""
        return self.products

    def deps(self) -> list[Any]:
        """List the tasks of the recipe, for the scheduler."""
        return list(self.products.values())

    def output(self) -> Any:
        """Stand for the first product."""
        return next(iter(self.products.values())).output()

    def complete(self) -> bool:
        """Tell whether every product is there."""
        return all(task.complete() for task in self.products.values())

    def run(self) -> None:
        """Do nothing: the recipe's tasks do the work."""
