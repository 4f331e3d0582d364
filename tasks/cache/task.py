"""A gokart task that is addressed by its key, written whole and completed by a manifest."""

from collections.abc import Callable, Sequence
from functools import partial, wraps
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

import luigi
from gokart.utils import flatten

from slipstream.tasks.cache import address, codebook
from slipstream.tasks.cache.blocks import Blocks
from slipstream.tasks.cache.codecs import codec_for, type_argument
from slipstream.tasks.cache.construction import QuickTask
from slipstream.tasks.cache.description import describe
from slipstream.tasks.cache.running import Clock, measured
from slipstream.tasks.cache.storage import local_root, locked
from slipstream.tasks.cache.target import ProductTarget
from slipstream.tasks.cache.tasklog import task_log
from slipstream.tasks.ranges import Stored

P = TypeVar("P")


class CachedTask(QuickTask[P], Generic[P]):
    """The mechanism under every task: its key names all that its product depends on."""

    workspace_directory: luigi.Parameter[str] = luigi.Parameter(default="workspace", significant=False)
    revision: luigi.IntParameter = luigi.IntParameter(default=0, description="Raise it when unseen code changed.")

    # gokart's own cache knobs; the key and the manifest take their place.
    rerun = strict_check = modification_time_check = serialized_task_definition_check = complete_check_at_run = False
    delete_unnecessary_output_files = should_dump_supplementary_log_files = False
    priority = 0

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Refuse a parameter that would hide what every task has."""
        super().__init_subclass__(**kwargs)
        for name in (name for name, value in vars(cls).items() if isinstance(value, luigi.Parameter)):
            known = getattr(CachedTask, name, None)
            if name in {"address", "clock"} or callable(known) or isinstance(known, property):
                raise TypeError(f"{cls.__name__} cannot have a parameter {name!r}: every task has one; rename it")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Construct the task; nothing outside is read before its key is asked for."""
        self.address: address.Address | None = None
        self._target: ProductTarget | None = None
        self.clock = Clock()
        super().__init__(*args, **kwargs)
        self.run = self._alone(self.run)  # type: ignore[method-assign]

    @classmethod
    def get_task_namespace(cls) -> str:
        """Tell tasks of one name in different packages apart."""
        return address.package_of(cls)

    def product_type(self) -> Any:
        """Name the type of the product."""
        return type_argument(type(self), CachedTask)

    def sources(self) -> Sequence[str]:
        """Name the outside files whose content the product depends on."""
        return ()

    def inputs(self) -> dict[str, Any]:
        """Name the tasks it loads."""
        required = self.requires()
        return required if isinstance(required, dict) else {"requires": flatten(required)}

    def significant_parameters(self) -> dict[str, str]:
        """Write the parameters that can change the product, upstream tasks aside."""
        given = {name: value for name, value in self.param_kwargs.items() if not self.is_task_on_kart(value)}
        return {name: p.serialize(given[name]) for name, p in self.get_params() if p.significant and name in given}

    def to_str_params(self, only_significant: bool = False, only_public: bool = False) -> dict[str, str]:  # noqa: ARG002, FBT001, FBT002
        """Write all parameters, upstream tasks by their ids; that keeps construction linear in diamonds.

        The engine tells tasks apart by these: those that read outside files by every parameter, for it may name a file.
        """
        every = not only_significant or type(self).sources is not CachedTask.sources
        chosen = [(name, p) for name, p in self.get_params() if p.significant or every]
        values = [(name, p, self.param_kwargs[name]) for name, p in chosen]
        return {name: _ids(value) if self.is_task_on_kart(value) else p.serialize(value) for name, p, value in values}

    def make_unique_id(self) -> str:
        """Compute the key; it is computed anew when an outside file of the graph changed."""
        if self.address is None or not self.address.is_current():
            self.address = address.address(self)
        return self.address.key

    @property
    def root(self) -> Path:
        """The folder of the workspace."""
        return local_root(self.workspace_directory)

    @property
    def place(self) -> str:
        """Where in the workspace products of its class lie, and how their files' names begin."""
        return f"{address.package_of(type(self)).replace('.', '/')}/{type(self).__name__}"

    def output(self) -> Any:
        """Place the product in the workspace, under the task's package, name and key."""
        key = self.make_unique_id()
        if self._target is None or self._target.key != key:
            codec = codec_for(self.product_type())
            self._target = ProductTarget(self.root, self.place, key, codec, partial(describe, self))
        return self._target

    def _get_input_targets(self, target: Any) -> Any:
        """Find what to load; of a list of tasks, what is required is looked up once and not once a task."""
        find = super()._get_input_targets
        if not isinstance(target, list | tuple):
            return find(target)
        required = set(flatten(self.requires()))
        return [part.output() if part in required else find(part) for part in target]

    def load_blocks(self, table: "CachedTask[Any]") -> Blocks:
        """Load the product of a task that makes a table, block by block."""
        return cast("Blocks", table.output().blocks())

    def stored(self, tables: Any) -> Stored:
        """Find the files of a table, or of several of the same columns, to read them by rows or by users."""
        return Stored(tuple(target.verified() for target in flatten(self._get_input_targets(tables))))

    def dump(self, obj: Any, target: Any = None, custom_labels: Any = None) -> None:
        """Write the product whole or not at all, and complete it by its manifest."""
        codebook.keep(self.root, address.code_of(type(self)))
        (self.output() if target is None else target).dump(obj, lock_at_dump=False, custom_labels=custom_labels)

    def is_made_meanwhile(self) -> bool:
        """Tell, when its turn to run has come, whether another process made the product before."""
        return bool(self.complete())

    def _alone(self, run: Callable[[], Any]) -> Callable[[], Any]:
        """Let one process at a time make the product, and measure it; who waited finds it made."""

        @wraps(run)
        def run_alone() -> Any:
            key = self.make_unique_id()
            with locked(self.root, key):
                if self.is_made_meanwhile():
                    return None
                with measured() as self.clock, task_log(self.root, self.root / f"{self.place}_{key}", self.clock):
                    return run()

        return run_alone

    def __repr__(self) -> str:
        """Name the task briefly; upstream tasks are not spelled out."""
        return f"{type(self).__name__}[{self.task_id.rpartition('_')[2]}]"

    __str__ = __repr__


def _ids(value: Any) -> str:
    return value.task_id if isinstance(value, luigi.Task) else ",".join(task.task_id for task in value)
