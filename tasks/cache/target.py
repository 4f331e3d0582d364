"""A product on disk: written privately, moved into place, completed by its manifest, verified when read."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import gokart.target
import pyarrow as pa
from gokart.conflict_prevention_lock.task_lock import TaskLockParams, make_task_lock_params

from slipstream.tasks.cache.blocks import Blocks
from slipstream.tasks.cache.formats import Codec, TableCodec
from slipstream.tasks.cache.manifest import ASIDE, SUFFIX, DamagedProductError, Manifest, NewerFormatError, is_whole
from slipstream.tasks.cache.reading import read_verified
from slipstream.tasks.cache.storage import create, private_folder, publish, sha256, stamp

logger = logging.getLogger(__name__)


class ProductTarget(gokart.target.TargetOnKart):
    """A manifest and the product file it names; the product exists when both agree.

    The file's name ends in the first digits of its digest, so that two writers of one key never share a file, and a
    manifest is never replaced while its product is whole: who is first counts.
    """

    def __init__(self, root: Path, name: str, key: str, codec: Codec, describe: Callable[[Any], Manifest]) -> None:
        """Place the product `name` under the workspace `root`; `describe` drafts the manifest of a product."""
        self.root = root
        self.key = key
        self.codec = codec
        self.stem = root / f"{name}_{key}"
        self.manifest_file = beside(self.stem, SUFFIX)
        self._describe = describe

    @property
    def file(self) -> Path:
        """The file of the product; before it is made, a name that nothing has."""
        manifest = Manifest.read(self.manifest_file)
        return self.stem.parent / manifest.file if manifest else beside(self.stem, f".{self.codec.extension}")

    def manifest(self) -> Manifest | None:
        """Read the manifest if it and the file agree in key, size and, when the file was touched since, bytes."""
        manifest = Manifest.read(self.manifest_file)
        return manifest if manifest and manifest.key == self.key and is_whole(manifest, self.stem.parent) else None

    def set_aside(self) -> Path | None:
        """Have the product count as missing but keep it, under a manifest of another name; None if there is none."""
        aside = beside(self.stem, f"{ASIDE}{datetime.now(UTC):%Y%m%dT%H%M%S%f}{SUFFIX}")
        try:
            self.manifest_file.rename(aside)
        except FileNotFoundError:
            return None
        return aside

    def _exists(self) -> bool:
        return self.manifest() is not None

    def blocks(self) -> Blocks:
        """Read a table block by block; its file is not mapped, so that what has been read takes no memory."""
        return cast("TableCodec", self.codec).blocks(pa.OSFile(str(self.verified())))

    def verified(self) -> Path:
        """Name the file, whose bytes are those that were written."""
        self._read(lambda _: None)
        return self.file

    def _load(self) -> Any:
        return self._read(self.codec.read)

    def _read(self, read: Callable[[Any], Any]) -> Any:
        manifest = self.manifest()
        if manifest is None:
            raise FileNotFoundError(
                f"{self.manifest_file} is not there or not complete; run the task that makes its product"
            )
        try:
            return read_verified(self.stem.parent / manifest.file, manifest, read)
        except DamagedProductError:
            with suppress(OSError):  # a read-only workspace keeps what it has
                if Manifest.read(self.manifest_file) == manifest:
                    self.manifest_file.unlink()
            raise

    def _dump(self, obj: Any, *_: Any, **__: Any) -> None:
        with private_folder(self.root) as folder:
            draft, page = folder / "product", folder / "manifest"
            with draft.open("wb") as file:
                self.codec.write(obj, file)
            described = self._describe(obj)
            digest, size = sha256(draft), draft.stat().st_size
            here = self.manifest()
            if here is not None:
                self._yield_to(here, digest)
                return
            self._clear(folder / "broken")
            path = beside(self.stem, f"-{digest[:8]}.{self.codec.extension}")
            publish(draft, path)
            written = stamp(path)
            modified = written.modified if written is not None else 0
            manifest = replace(described, file=path.name, bytes=size, sha256=digest, modified=modified)
            page.write_text(manifest.to_json(), encoding="utf-8")
            if not create(page, self.manifest_file):
                self._give_way(path)
        logger.info("%s: %s rows, %d bytes, %.1f s", path.name, manifest.rows, size, manifest.seconds)

    def _give_way(self, path: Path) -> None:
        """Leave the field to another process that completed the product first."""
        here = Manifest.read(self.manifest_file)
        if here is not None and here.file != path.name:
            path.unlink(missing_ok=True)
            self._yield_to(here, "")

    def _clear(self, broken: Path) -> None:
        """Move a broken manifest out of the way, and back if another process has put a right one in its place."""
        with suppress(FileNotFoundError):
            self.manifest_file.rename(broken)
            if self._is_right(broken):
                create(broken, self.manifest_file)

    def _is_right(self, page: Path) -> bool:
        try:
            manifest = Manifest.parse(page.read_bytes(), self.manifest_file)
        except NewerFormatError:
            return True
        except ValueError:
            return False
        return manifest.key == self.key and is_whole(manifest, self.stem.parent)

    def _yield_to(self, here: Manifest, digest: str) -> None:
        if here.sha256 != digest:
            logger.warning("%s was made by another process meanwhile and stays; ours differs and is dropped", here.file)

    def _remove(self) -> None:
        file = self.file
        self.manifest_file.unlink(missing_ok=True)
        file.unlink(missing_ok=True)

    def _last_modification_time(self) -> datetime:
        return datetime.fromtimestamp(self.file.stat().st_mtime, tz=UTC)

    def _path(self) -> str:
        return str(self.file)

    def _get_task_lock_params(self) -> TaskLockParams:
        return make_task_lock_params(file_path=str(self.stem), unique_id=self.key)


def beside(stem: Path, ending: str) -> Path:
    """Name a file that starts like a product's."""
    return stem.parent / f"{stem.name}{ending}"
