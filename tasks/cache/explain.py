"""Why a task is a hit or a miss: what changed against the nearest earlier output, and where the change began."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from slipstream.tasks.cache.changes import Difference, InputChanged
from slipstream.tasks.cache.history import History, Task
from slipstream.tasks.cache.index import Entry, Index
from slipstream.tasks.cache.manifest import SUFFIX
from slipstream.tasks.cache.storage import stamp


@dataclass(frozen=True)
class NeverMade:
    """There is no output of the task to compare with."""

    def __str__(self) -> str:
        """Say so."""
        return "no output of it is in the workspace"


@dataclass(frozen=True)
class Damaged:
    """The output is there, but it or its manifest is not as it was written."""

    why: str

    def __str__(self) -> str:
        """Say what is wrong with which file."""
        return f"damaged: {self.why}"


@dataclass(frozen=True)
class NewerFormat:
    """A newer version of slipstream made the output."""

    page: str

    def __str__(self) -> str:
        """Name the manifest and the remedy."""
        return f"a newer version wrote {self.page}; upgrade slipstream"


@dataclass(frozen=True)
class SetAside:
    """The output was set aside to be made anew."""

    made: str

    def __str__(self) -> str:
        """Say when the one that was set aside had been made."""
        return f"its output of {self.made} was set aside, to be made anew"


Change = Difference | NeverMade | Damaged | NewerFormat | SetAside


@dataclass(frozen=True)
class Explanation:
    """Why a task is a hit or a miss.

    `entry` is the output of a hit, and the nearest earlier one of a miss; a hit has changes only where it is explained
    against an older output that it took the place of.
    """

    task: Task
    key: str
    is_hit: bool
    entry: Entry | None
    changes: tuple[Change, ...] = ()

    @property
    def seconds(self) -> float | None:
        """What a hit took to make, and what a miss took the last time; None if nobody knows."""
        return None if self.entry is None else self.entry.manifest.seconds


def explain(tasks: Iterable[Task], index: Index) -> list[Explanation]:
    """Say of each task of a graph, inputs first, why it is a hit or a miss."""
    history = History(tasks, index)
    return [_explain(history, key) for key in history.tasks]


def root_causes(explained: Sequence[Explanation], index: Index, of: Iterable[str]) -> list[Explanation]:
    """Find where the changes began that make the tasks of some keys miss, with those changes alone, inputs first.

    `explained` are all tasks of the graph, inputs first.
    """
    history = History((each.task for each in explained), index)
    by_key = {each.key: each for each in explained}
    found: dict[str, Explanation] = {}
    waiting = [by_key[key] for key in of]
    seen: set[tuple[str, str | None]] = set()
    while waiting:
        here = waiting.pop()
        place = here.key, here.entry.key if here.entry is not None else None
        if place in seen:
            continue
        seen.add(place)
        further = {change: _behind(history, by_key, change) for change in here.changes}
        waiting.extend(each for each in further.values() if each is not None)
        own = tuple(change for change, each in further.items() if each is None)
        if own:
            found.setdefault(here.key, replace(here, changes=own))
    return [found[key] for key in by_key if key in found]


def _behind(history: History, by_key: dict[str, Explanation], change: Change) -> Explanation | None:
    """Explain the input whose change is behind a change; None for one that began here."""
    if not isinstance(change, InputChanged) or change.new not in by_key or change.old is None:
        return None
    upstream, old = by_key[change.new], history.output(change.old)
    if change.old_task not in (None, change.new_task):
        return None
    if not upstream.is_hit:
        return upstream
    return replace(upstream, entry=old, changes=history.differences(upstream.key, old)) if old is not None else None


def _explain(history: History, key: str) -> Explanation:
    task, nearest = history.tasks[key], history.nearest(key)
    if history.is_hit(key):
        return Explanation(task, key, is_hit=True, entry=nearest)
    trouble = _trouble(history, key, nearest)
    if trouble is not None:
        return Explanation(task, key, is_hit=False, entry=nearest, changes=(trouble,))
    changes = history.differences(key, nearest) if nearest is not None else ()
    return Explanation(task, key, is_hit=False, entry=nearest, changes=changes or (NeverMade(),))


def _trouble(history: History, key: str, nearest: Entry | None) -> Change | None:
    """Say why an output that was made under the very key does not count, None if there is none."""
    name = f"{type(history.tasks[key]).__name__}_{key}{SUFFIX}"
    unreadable = [page for page in history.index.unreadable if page.name == name]
    newer = [page for page in history.index.newer if page.name == name]
    if newer:
        return NewerFormat(str(newer[0]))
    if unreadable:
        return Damaged(f"its manifest {unreadable[0]} cannot be read")
    if nearest is None or nearest.key != key or nearest.is_pipeline:
        return None
    return SetAside(nearest.manifest.at) if nearest.is_set_aside else Damaged(damage(nearest))


def damage(entry: Entry) -> str:
    """Say what is wrong with the file of an output that is not whole."""
    now = stamp(entry.file) if entry.file is not None else None
    if now is None:
        return f"{entry.file} is gone"
    if now.size != entry.manifest.bytes:
        return f"{entry.file} has {now.size:,} bytes instead of {entry.manifest.bytes:,}"
    return f"the bytes of {entry.file} are not those that were written"
