"""Running tasks again whose products are there: the old ones are set aside, and stay until they are collected."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import gokart

from slipstream import graph, selection
from slipstream.graph import Step
from slipstream.selection import Selection
from slipstream.stop import Code, Stop
from slipstream.tasks.base import Pipeline
from slipstream.tasks.cache.index import read_index
from slipstream.tasks.cache.manifest import Manifest
from slipstream.tasks.cache.storage import locked

LOCK = "0" * 20  # a name like a key, which no product has


@dataclass(frozen=True)
class Outcome:
    """A task that ran again: its product before, None if there was none, and after.

    `stale` is the number of products in the workspace that were made from the one before and did not run again.
    """

    label: str
    before: Manifest | None
    after: Manifest
    stale: int

    @property
    def is_changed(self) -> bool:
        """Tell whether the content is another than before."""
        return self.before is not None and self.before.sha256 != self.after.sha256

    def __str__(self) -> str:
        """Say what became of the content, and of what was made from it."""
        if self.before is None:
            return f"{self.label}: made; there was no output before"
        if not self.is_changed:
            return f"{self.label}: content unchanged"
        if not self.stale:
            return f"{self.label}: content changed"
        products = "1 downstream product was" if self.stale == 1 else f"{self.stale:,} downstream products were"
        return f"{self.label}: content changed; {products} made from the older copy, rerun with --downstream"


def rerun(root: Any, *names: str, downstream: bool = False, workers: int = 1) -> list[Outcome]:
    """Run named tasks of a pipeline or of another task's graph again, here and now, and what is missing of the rest.

    `names` are classes or the first digits of keys; without any it is the task itself, and all of a pipeline. With
    `downstream`, all that is made from them runs again too. It may be called any number of times in one process; of
    several processes, one at a time, for what one sets aside another may be reading.
    """
    chosen = again(selection.select(root, names), downstream=downstream)
    tasks = selection.addressed(chosen)
    with locked(tasks[0].root, LOCK) if tasks else nullcontext():
        before = products(chosen)
        for step in chosen:
            step.task.output().set_aside()
        for task in [*(step.task for step in chosen), root]:
            gokart.build(task, return_value=False, reset_register=False, workers=workers)
        note(root)
        return outcomes(chosen, before)


def note(root: Any) -> None:
    """Note that a pipeline ran, for it does not run when what ran again lies before its products."""
    if isinstance(root, Pipeline):
        root.run()


def again(chosen: Selection, *, downstream: bool) -> list[Step]:
    """List the steps to run again: those named and, if wished, those below them."""
    tasks = [step.task for step in chosen.named]
    steps = selection.below(chosen.steps, tasks) if downstream else chosen.named
    strange = [step.label for step in steps if not hasattr(step.task, "address")]
    if strange:
        line = f"{strange[0]} keeps no manifest, so its output cannot be set aside; remove it by hand to run it again"
        raise Stop(Code.MISUSED, line)
    return [step for step in steps if not isinstance(step.task, Pipeline)]


def products(steps: Sequence[Step]) -> dict[str, Manifest | None]:
    """Read the manifests of the products that are there: {task id: manifest or None}."""
    return {step.task.task_id: graph.manifest(step.task) for step in steps}


def outcomes(steps: Sequence[Step], before: dict[str, Manifest | None]) -> list[Outcome]:
    """Compare the products of steps that ran again with those before."""
    tasks = selection.addressed(steps)
    if not tasks:
        return []
    index, keys = read_index(tasks[0].root), {task.make_unique_id() for task in tasks}
    found = []
    for step in steps:
        after = graph.manifest(step.task)
        if after is not None:
            below = [index.by_key[key] for key in index.downstream([after.key]) - keys if key in index.by_key]
            stale = sum(not entry.is_pipeline and entry.manifest.modified < after.modified for entry in below)
            found.append(Outcome(step.label, before[step.task.task_id], after, stale))
    return found
