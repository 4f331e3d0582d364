"""Carrying out what was decided to go from a workspace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from slipstream.tasks.cache.collect import Removal
from slipstream.tasks.cache.storage import is_held, remove, writing
from slipstream.tasks.cache.survey import Item, Kind


@dataclass(frozen=True)
class Outcome:
    """How much went: files and folders and their bytes; and what was left because it changed meanwhile."""

    count: int
    bytes: int
    changed: tuple[Path, ...]


def carry_out(root: Path, removals: Sequence[Removal]) -> Outcome:
    """Remove files in their order: a manifest before what it names, so that an end in the middle leaves whole products.

    What changed since it was looked at stays, and with a manifest the files it names.
    """
    gone: list[Item] = []
    changed: list[Path] = []
    with writing(root):
        for removal in removals:
            for item in removal.items:
                if not _is_as_seen(item):
                    changed.append(item.path)
                    break
                remove(item.path)
                gone.append(item)
    return Outcome(len(gone), sum(item.bytes for item in gone), tuple(path for path in changed if path.exists()))


def _is_as_seen(item: Item) -> bool:
    """Tell whether nobody wrote a file, or took a lock, since it was looked at."""
    try:
        at = datetime.fromtimestamp(item.path.lstat().st_mtime, UTC)
    except FileNotFoundError:
        return False
    return at <= item.at and not (item.kind == Kind.LOCK and is_held(item.path))
