"""All manifests of a workspace, and what leads from one to another."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from slipstream.tasks.cache.manifest import ASIDE, SUFFIX, Manifest, NewerFormatError, input_keys_of, is_whole

LOGS = "log"


@dataclass(frozen=True)
class Entry:
    """A manifest and the page it was read from."""

    manifest: Manifest
    page: Path

    @property
    def key(self) -> str:
        """The key of the product."""
        return self.manifest.key

    @property
    def name(self) -> str:
        """The class name of the task."""
        return self.manifest.task.rpartition(".")[2]

    @property
    def file(self) -> Path | None:
        """The file of the product, None for a pipeline."""
        return self.page.parent / self.manifest.file if self.manifest.file else None

    @property
    def is_pipeline(self) -> bool:
        """Tell a pipeline's run from a product."""
        return not self.manifest.file

    @property
    def is_set_aside(self) -> bool:
        """Tell whether a re-run put a newer product in its place."""
        return ASIDE in self.page.name

    @property
    def is_whole(self) -> bool:
        """Tell whether the file is there as it was written; a pipeline's run has none."""
        return self.is_pipeline or is_whole(self.manifest, self.page.parent)


@dataclass(frozen=True)
class Index:
    """The manifests of a workspace: those that could be read, and the pages of those that could not."""

    root: Path
    entries: tuple[Entry, ...]
    unreadable: tuple[Path, ...] = ()
    newer: tuple[Path, ...] = ()

    @cached_property
    def by_key(self) -> Mapping[str, Entry]:
        """The current entries; those set aside are left out."""
        return {entry.key: entry for entry in self.entries if not entry.is_set_aside}

    @cached_property
    def _inputs(self) -> Mapping[str, list[str]]:
        return {key: input_keys_of(entry.manifest) for key, entry in self.by_key.items()}

    @cached_property
    def _users(self) -> Mapping[str, set[str]]:
        users = defaultdict(set)
        for key, inputs in self._inputs.items():
            for used in inputs:
                users[used].add(key)
        return users

    def upstream(self, keys: Iterable[str]) -> set[str]:
        """Name all that products were made from, themselves included, as far as there are manifests."""
        return _reach(keys, self.inputs)

    def downstream(self, keys: Iterable[str]) -> set[str]:
        """Name all that was made from products, themselves included."""
        return _reach(keys, lambda key: self._users.get(key, ()))

    def inputs(self, key: str) -> list[str]:
        """Name what a product was made from directly."""
        return self._inputs.get(key, [])

    def users(self, key: str) -> set[str]:
        """Name what was made directly from a product."""
        return self._users.get(key, set())

    def owners(self) -> dict[str, set[str]]:
        """Name the pipelines that reach each product: {key: class names}."""
        runs, owners = defaultdict(list), defaultdict(set)
        for entry in self.by_key.values():
            if entry.is_pipeline:
                runs[entry.name].append(entry.key)
        for name, keys in runs.items():
            for key in self.upstream(keys):
                owners[key].add(name)
        return dict(owners)


def read_index(root: Path) -> Index:
    """Read the manifests of a workspace, in the order of their paths."""
    entries, unreadable, newer = [], [], []
    for page in pages(root):
        try:
            entries.append(Entry(Manifest.parse(page.read_bytes(), page), page))
        except FileNotFoundError:
            continue
        except NewerFormatError:
            newer.append(page)
        except (ValueError, OSError):
            unreadable.append(page)
    return Index(root, tuple(entries), tuple(unreadable), tuple(newer))


def pages(root: Path) -> list[Path]:
    """List the pages of manifests in a workspace, in order; hidden folders and the logs of runs hold none."""
    return [Path(path) for path in sorted(_files(root, hidden=(LOGS,))) if path.endswith(SUFFIX)]


def has_pages(root: Path) -> bool:
    """Tell whether a folder holds any manifest."""
    return any(path.endswith(SUFFIX) for path in _files(root, hidden=(LOGS,)))


def files(root: Path) -> list[Path]:
    """List the files among which products lie, in order: those of hidden folders and the logs of runs are not."""
    return [Path(path) for path in sorted(_files(root, hidden=(LOGS,)))]


def _files(folder: Path | str, hidden: tuple[str, ...] = ()) -> Iterator[str]:
    if not os.path.isdir(folder):  # noqa: PTH112 (a workspace has many files, and paths as text are fast)
        return
    with os.scandir(folder) as found:
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                if not entry.name.startswith(".") and entry.name not in hidden:
                    yield from _files(entry.path)
            else:
                yield entry.path


def _reach(keys: Iterable[str], step: Callable[[str], Iterable[str]]) -> set[str]:
    reached, waiting = set(), list(keys)
    while waiting:
        key = waiting.pop()
        if key not in reached:
            reached.add(key)
            waiting.extend(step(key))
    return reached
