"""What lies in a workspace: manifests, products, logs, what was left behind, and files that are not ours."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from slipstream.tasks.cache import codebook, pins
from slipstream.tasks.cache.index import LOGS, Entry, Index, files, has_pages, read_index
from slipstream.tasks.cache.manifest import input_keys_of
from slipstream.tasks.cache.pins import Pin
from slipstream.tasks.cache.receipts import is_intact, may_be_intact, receipt_of
from slipstream.tasks.cache.storage import LOCKS, TEMPORARY, is_held

OWN = (codebook.FOLDER, pins.FOLDER, LOCKS, TEMPORARY)
PERHAPS = "perhaps published"


class Kind(StrEnum):
    """What a file or folder of ours is."""

    PAGE = "manifest"
    PRODUCT = "product"
    LOG = "log of a task"
    TEXTS = "code texts"
    LOCK = "lock"
    TEMPORARY = "temporary folder"
    RUN = "log of a run"


AMONG_PRODUCTS = {
    Kind.PAGE: re.compile(r"(\w+)_([0-9a-f]{20})(~\d{8}T\d{12})?\.manifest\.json"),
    Kind.PRODUCT: re.compile(
        r"(\w+)_([0-9a-f]{20})(?:-[0-9a-f]{8}\.[a-z0-9]+|\.(?:parquet|arrow|npy|json|txt|w2v|zip))"  # the latter of old
    ),
    Kind.LOG: re.compile(r"(\w+)_([0-9a-f]{20})\.log"),
}
APART = {
    codebook.FOLDER: (Kind.TEXTS, re.compile(r"()([0-9a-f]{8,64})\.json")),
    LOCKS: (Kind.LOCK, re.compile(r"()([0-9a-f]{20})")),
    TEMPORARY: (Kind.TEMPORARY, re.compile(r"()([0-9a-f]{32})")),
}
UNFINISHED_LOG = re.compile(r"()([0-9a-f]{32})\.log")
IN_LOGS = {
    Kind.RUN: re.compile(r"\d{8}T\d{6}-(\w[\w.]*)-(\w{8})"),
    Kind.LOCK: re.compile(r"(\w[\w.]*)_([0-9a-f]{10})\.lock"),
}
DIGESTS = re.compile(r"[0-9a-f]{20,64}")


@dataclass(frozen=True)
class Item:
    """A file or folder of ours: its kind, the class and the key in its name, its bytes and when it last changed."""

    path: Path
    kind: Kind
    name: str
    key: str
    bytes: int
    at: datetime


@dataclass(frozen=True)
class Survey:
    """All that a workspace holds; `spoken_for` are keys and digests that pages of a newer format mention."""

    index: Index
    pins: Mapping[str, Pin]
    items: Mapping[Path, Item]
    foreign: tuple[Path, ...]
    published: Mapping[str, str]
    spoken_for: frozenset[str]
    held: tuple[Path, ...]

    @cached_property
    def standing(self) -> Mapping[str, Entry]:
        """The entry of each key: the current one, else the last one that was set aside and nothing took its place."""
        entries = sorted(self.index.entries, key=lambda entry: (not entry.is_set_aside, entry.page.name))
        return {entry.key: entry for entry in entries}

    def upstream(self, keys: Iterable[str]) -> set[str]:
        """Name all that products were made from, themselves included, as far as there are manifests."""
        reached: set[str] = set()
        waiting = list(keys)
        while waiting:
            key = waiting.pop()
            if key in self.standing and key not in reached:
                reached.add(key)
                waiting.extend(input_keys_of(self.standing[key].manifest))
        return reached

    def item_of(self, entry: Entry) -> Item | None:
        """Find the page of an entry, None where it or its file is not named or placed as we do it."""
        page = self.items.get(entry.page)
        if page is None or page.key != entry.key:
            return None
        if entry.is_pipeline:
            return page
        path = entry.page.parent / entry.manifest.file
        file = self.items.get(path)
        if file is None:
            return None if os.path.lexists(path) else page
        return page if file.kind == Kind.PRODUCT else None


def survey(root: Path) -> Survey:
    """Look at all files of a workspace; links are not followed and count as foreign."""
    index = read_index(root)
    found = {**{path: _among_products(path) for path in files(root)}, **dict(_apart(root))}
    items = {path: item for path, item in found.items() if item is not None}
    return Survey(
        index=index,
        pins=pins.read_pins(root),
        items=items,
        foreign=tuple(sorted(path for path, item in found.items() if item is None)),
        published=_published(index),
        spoken_for=frozenset(
            word for page in index.newer for word in DIGESTS.findall(page.read_text("utf-8", "replace"))
        ),
        held=tuple(item.path for item in items.values() if item.kind == Kind.LOCK and is_held(item.path)),
    )


def is_workspace(root: Path) -> bool:
    """Tell whether a folder holds a manifest, or a folder that only workspaces have."""
    return any((root / name).is_dir() for name in OWN) or has_pages(root)


def _among_products(path: Path) -> Item | None:
    return next(filter(None, (_item(path, kind, pattern) for kind, pattern in AMONG_PRODUCTS.items())), None)


def _apart(root: Path) -> Iterator[tuple[Path, Item | None]]:
    """Look into the folders that hold no products, as far as they are plain ones."""
    for name, (kind, pattern) in APART.items():
        for path in _inside(root / name):
            item = _item(path, kind, pattern, folder=kind == Kind.TEMPORARY)
            yield path, item or (_item(path, kind, UNFINISHED_LOG) if kind == Kind.TEMPORARY else None)
    for path in _inside(root / LOGS):
        items = (_item(path, kind, pattern, folder=kind == Kind.RUN) for kind, pattern in IN_LOGS.items())
        yield path, next(filter(None, items), None)


def _inside(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else []


def _item(path: Path, kind: Kind, pattern: re.Pattern[str], *, folder: bool = False) -> Item | None:
    match = pattern.fullmatch(path.name)
    if match is None or path.is_symlink() or path.is_dir() != folder:
        return None
    try:
        states = [member.lstat() for member in (path, *(path.rglob("*") if folder else ()))]
    except FileNotFoundError:  # it is going at this very moment
        return None
    at = datetime.fromtimestamp(max(state.st_mtime for state in states), UTC)
    size = sum(state.st_size for state in states[folder:])
    return Item(path, kind, match[1], match[2], size, at)


def _published(index: Index) -> dict[str, str]:
    """Name the products that stand for an outside file which is still the one they wrote."""
    receipts = {key: receipt_of(entry) for key, entry in index.by_key.items()}
    return {
        key: "published" if is_intact(receipt) else PERHAPS
        for key, receipt in receipts.items()
        if receipt is not None and may_be_intact(receipt)
    }
