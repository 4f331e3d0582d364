"""The tasks of a graph beside all outputs of a workspace: which are hits, and what the others can be compared with."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from gokart.utils import flatten

from slipstream.tasks.cache.changes import Difference
from slipstream.tasks.cache.difference import Facts
from slipstream.tasks.cache.index import Entry, Index
from slipstream.tasks.cache.manifest import input_keys_of
from slipstream.tasks.cache.task import CachedTask

Task = CachedTask[Any]


class History:
    """The tasks of a graph by key, and the outputs that were made before."""

    def __init__(self, tasks: Iterable[Task], index: Index) -> None:
        """Take the tasks, inputs first, and the manifests of their workspace."""
        self.index = index
        keyed = [(task.make_unique_id(), task) for task in reversed(list(tasks))]  # the last one's key takes all others
        self.tasks = dict(reversed(keyed))
        self._facts: dict[str, Facts] = {}

    def facts(self, key: str) -> Facts:
        """Collect what the key of a task is made from."""
        if key not in self._facts:
            self._facts[key] = Facts.of(self.tasks[key], key)
        return self._facts[key]

    def is_hit(self, key: str) -> bool:
        """Tell whether a product is there and whole."""
        return key in self._hits

    def outputs(self, task: str) -> Sequence[Entry]:
        """List the outputs of a task by its qualified name, oldest first, those set aside and those damaged too."""
        return self._by_task.get(task, ())

    def output(self, key: str) -> Entry | None:
        """Find the output of a key, else the one that was set aside last."""
        return self.index.by_key.get(key) or self._aside.get(key)

    def nearest(self, key: str) -> Entry | None:
        """Find the output of a task, else the earlier one that differs least.

        Of several, one comes first that no other task of the graph has as its output, then the newest.
        """
        return self._nearest.get(key)

    def differences(self, key: str, entry: Entry) -> tuple[Difference, ...]:
        """List what sets a task apart from an earlier output."""
        return self.facts(key).differences(entry.manifest, self.names, self.index.root)

    @cached_property
    def _nearest(self) -> Mapping[str, Entry]:
        """Align the graph with earlier outputs, inputs first, so that a task's is made from those of its inputs."""
        found: dict[str, Entry] = {}
        counterparts: dict[str, str] = {}
        for key in self.tasks:
            entry = self.output(key) or self._aligned(self.facts(key), counterparts)
            if entry is not None:
                found[key], counterparts[key] = entry, entry.key
        return found

    def _aligned(self, facts: Facts, counterparts: Mapping[str, str]) -> Entry | None:
        """Look first among what was made from the counterparts of a task's inputs; that also keeps it linear."""
        inputs: list[Any] = flatten(facts.inputs)
        wanted = {counterparts[key] for key in inputs if key in counterparts}
        made = {entry.page: entry for key in wanted for entry in self._users[key] if entry.manifest.task == facts.task}
        among = sorted(made.values(), key=made_or_accepted) or self.outputs(facts.task)
        return self.least_apart(facts, counterparts, among)

    @cached_property
    def _users(self) -> Mapping[str, list[Entry]]:
        """The outputs that were made from each key."""
        found = defaultdict(list)
        for entry in self.index.entries:
            for key in input_keys_of(entry.manifest):
                found[key].append(entry)
        return found

    def least_apart(self, facts: Facts, counterparts: Mapping[str, str], among: Sequence[Entry]) -> Entry | None:
        """Find the output, of some that stand oldest first, that is the least apart from the facts of a task."""

        def rank(entry: Entry) -> tuple[int, int, bool]:
            return *facts.distance(entry.manifest, self.names, counterparts), entry.key in self.tasks

        return min(reversed(among), key=rank, default=None)

    @cached_property
    def _hits(self) -> set[str]:
        hits: set[str] = set()
        for key in self.tasks:
            entry = self.index.by_key.get(key)
            if entry is None:
                continue
            if hits.issuperset(input_keys_of(entry.manifest)) if entry.is_pipeline else entry.is_whole:
                hits.add(key)
        return hits

    @cached_property
    def _by_task(self) -> Mapping[str, list[Entry]]:
        found = defaultdict(list)
        for entry in sorted(self.index.entries, key=made_or_accepted):
            found[entry.manifest.task].append(entry)
        return found

    @cached_property
    def _aside(self) -> Mapping[str, Entry]:
        return {entry.key: entry for entry in self.index.entries if entry.is_set_aside}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The qualified name of the task of each key."""
        ours = {key: self.facts(key).task for key in self.tasks}
        return {**{entry.key: entry.manifest.task for entry in self.index.entries}, **ours}


def made_or_accepted(entry: Entry) -> tuple[str, int, int]:
    """Say when an output was made, or accepted under its present key, so that the latest sorts last."""
    page = entry.manifest
    return max([page.at, *(each["at"] for each in page.accepted[-1:])]), page.modified, len(page.accepted)
