"""A gokart task that is addressed by its key, written whole and completed by a manifest."""

from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any, Generic, TypeVar

import gokart
import luigi
from gokart.utils import flatten

from slipstream.tasks.cache import address
from slipstream.tasks.cache.codecs import codec_for, type_argument
from slipstream.tasks.cache.manifest import describe
from slipstream.tasks.cache.running import Clock, measured
from slipstream.tasks.cache.storage import local_root
from slipstream.tasks.cache.target import ProductTarget

P = TypeVar("P")


class CachedTask(gokart.TaskOnKart[P], Generic[P]):
    """The mechanism under every task: its key names all that its product depends on."""

    workspace_directory: luigi.Parameter[str] = luigi.Parameter(default="workspace", significant=False)
    revision: luigi.IntParameter = luigi.IntParameter(default=0, description="Raise it when unseen code changed.")

    # gokart's own cache knobs; the key and the manifest take their place.
    rerun = strict_check = modification_time_check = serialized_task_definition_check = False
    delete_unnecessary_output_files = should_dump_supplementary_log_files = False
    priority = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Construct the task; nothing outside is read before its key is asked for."""
        self.address: address.Address | None = None
        self.clock = Clock()
        super().__init__(*args, **kwargs)
        self.run = self._measured(self.run)  # type: ignore[method-assign]

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
        """Write all parameters, upstream tasks by their ids; that keeps construction linear in diamonds."""
        chosen = [(name, p) for name, p in self.get_params() if p.significant or not only_significant]
        values = [(name, p, self.param_kwargs[name]) for name, p in chosen]
        return {name: _ids(value) if self.is_task_on_kart(value) else p.serialize(value) for name, p, value in values}

    def make_unique_id(self) -> str:
        """Compute the key; it is computed anew when an outside file of the graph changed."""
        if self.address is None or not self.address.is_current():
            self.address = address.address(self)
        return self.address.key

    def output(self) -> Any:
        """Place the product in the workspace, under the task's package, name and key."""
        root, folder = local_root(self.workspace_directory), address.package_of(type(self)).replace(".", "/")
        codec = codec_for(self.product_type())
        return ProductTarget(
            root, f"{folder}/{type(self).__name__}", self.make_unique_id(), codec, partial(describe, self)
        )

    def dump(self, obj: Any, target: Any = None, custom_labels: Any = None) -> None:
        """Write the product whole or not at all, and complete it by its manifest."""
        (self.output() if target is None else target).dump(obj, lock_at_dump=False, custom_labels=custom_labels)

    def _measured(self, run: Callable[[], None]) -> Callable[[], None]:
        @wraps(run)
        def measured_run() -> None:
            with measured() as self.clock:
                run()

        return measured_run

    def __repr__(self) -> str:
        """Name the task briefly; upstream tasks are not spelled out."""
        return f"{type(self).__name__}[{self.task_id.rpartition('_')[2]}]"

    __str__ = __repr__


def _ids(value: Any) -> str:
    return value.task_id if isinstance(value, luigi.Task) else ",".join(task.task_id for task in value)
