"""Copying products to another workspace, where they count as made."""

import hashlib
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from slipstream.tasks.cache import codebook
from slipstream.tasks.cache.index import Entry, Index
from slipstream.tasks.cache.manifest import DamagedProductError, Manifest, is_whole
from slipstream.tasks.cache.storage import create, private_folder, publish, sha256, stamp, writing

CHUNK = 1 << 20


@dataclass(frozen=True)
class Copied:
    """What was copied, what was there already, and keys of inputs that are in neither workspace any more."""

    made: tuple[Entry, ...]
    present: tuple[Entry, ...]
    missing: tuple[str, ...]


def copy(index: Index, keys: Iterable[str], to: Path, *, with_upstream: bool = False) -> Copied:
    """Copy products with their manifests, logs and texts of code; what is whole over there already stays as it is.

    Raises:
        ValueError: A key is not in the workspace, or both workspaces share a folder.
        DamagedProductError: A product is not the one its manifest tells of.

    """
    _refuse_nested(index.root, to)
    wanted = set(keys)
    unknown = sorted(key for key in wanted if key not in index.by_key)
    if unknown:
        raise ValueError(f"workspace {index.root} has no product {unknown[0]}; list them by: slipstream catalog")
    chosen = index.upstream(wanted) if with_upstream else wanted
    entries = [entry for key, entry in index.by_key.items() if key in chosen]
    for entry in entries:
        if not entry.is_whole:
            raise DamagedProductError(f"{entry.file} is missing or damaged and is not copied; run again to remake it")
    there = [entry for entry in entries if _is_there(entry, index.root, to)]
    made = [entry for entry in entries if entry not in there]
    for entry in sorted(made, key=lambda entry: (entry.is_pipeline, entry.manifest.at)):
        _copy(entry, index.root, to)
    return Copied(tuple(made), tuple(there), tuple(sorted(chosen - set(index.by_key))))


def _refuse_nested(root: Path, to: Path) -> None:
    here, there = root.resolve(), to.resolve()
    if here == there or here in there.parents or there in here.parents:
        raise ValueError(f"workspace {to} and workspace {root} share a folder; copy to one that lies apart")


def _is_there(entry: Entry, root: Path, to: Path) -> bool:
    page = to / entry.page.relative_to(root)
    found = Manifest.read(page)
    return found is not None and (entry.is_pipeline or is_whole(found, page.parent))


def _copy(entry: Entry, root: Path, to: Path) -> None:
    """Copy a product: its file, what belongs to it, and last its manifest."""
    page = to / entry.page.relative_to(root)
    with writing(to), private_folder(to) as folder:
        manifest = entry.manifest
        if entry.file is not None:
            file = page.parent / manifest.file
            if not (file.is_file() and sha256(file) == manifest.sha256):
                _copy_verified(entry.file, folder / "product", manifest.sha256)
                publish(folder / "product", file)
            written = stamp(file)
            manifest = replace(manifest, modified=written.modified if written else 0)
        texts = root / codebook.FOLDER / f"{manifest.code}.json"
        log = entry.page.parent / f"{entry.name}_{entry.key}.log"
        for beside in (texts, log):
            if beside.is_file():
                shutil.copyfile(beside, folder / "beside")
                create(folder / "beside", to / beside.relative_to(root))
        (folder / "manifest").write_text(manifest.to_json(), encoding="utf-8")
        if not _is_there(entry, root, to):
            page.unlink(missing_ok=True)
            create(folder / "manifest", page)


def _copy_verified(source: Path, draft: Path, expected: str) -> None:
    """Copy bytes, refusing them when their digest is not the expected one."""
    digest = hashlib.sha256()
    with source.open("rb") as reading, draft.open("wb") as written:
        while chunk := reading.read(CHUNK):
            digest.update(chunk)
            written.write(chunk)
    if digest.hexdigest() != expected:
        raise DamagedProductError(f"{source} is damaged: its sha256 is not its manifest's; run again to remake it")
