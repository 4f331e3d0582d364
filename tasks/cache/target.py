"""A product on disk: written privately, moved into place, completed by its manifest, verified when read."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import gokart.target
import pyarrow as pa
from gokart.conflict_prevention_lock.task_lock import TaskLockParams, make_task_lock_params

from slipstream.tasks.cache.codecs import Codec
from slipstream.tasks.cache.manifest import Manifest
from slipstream.tasks.cache.storage import private_folder, publish, sha256, stamp

logger = logging.getLogger(__name__)


class DamagedProductError(RuntimeError):
    """A product's bytes are not the ones that were written."""


class ProductTarget(gokart.target.TargetOnKart):
    """One product file and the manifest beside it; it exists when both agree."""

    def __init__(self, root: Path, name: str, key: str, codec: Codec, describe: Callable[[Any], Manifest]) -> None:
        """Place the product `name` under the workspace `root`; `describe` drafts the manifest of a product."""
        self.root = root
        self.key = key
        self.codec = codec
        self.file = root / f"{name}_{key}.{codec.extension}"
        self.manifest_file = root / f"{name}_{key}.manifest.json"
        self._describe = describe

    def manifest(self) -> Manifest | None:
        """Read the manifest if it and the file agree in key, size and, when the file was touched since, bytes."""
        manifest, now = Manifest.read(self.manifest_file), stamp(self.file)
        if manifest is None or now is None or manifest.key != self.key or manifest.bytes != now.size:
            return None
        if manifest.modified != now.modified and manifest.sha256 != sha256(self.file):
            return None
        return manifest

    def _exists(self) -> bool:
        return self.manifest() is not None

    def _load(self) -> Any:
        manifest = self.manifest()
        if manifest is None:
            raise FileNotFoundError(f"{self.file} is not there or not complete; run the task that makes it")
        if manifest.sha256 != sha256(self.file):
            self.manifest_file.unlink(missing_ok=True)
            raise DamagedProductError(
                f"{self.file} is damaged: its sha256 is not its manifest's; run again to remake it"
            )
        with pa.memory_map(str(self.file)) as mapped:
            return self.codec.read(mapped.read_buffer())

    def _dump(self, obj: Any, *_: Any, **__: Any) -> None:
        with private_folder(self.root) as folder:
            temporary = folder / self.file.name
            with temporary.open("wb") as file:
                self.codec.write(obj, file)
            digest, size = sha256(temporary), temporary.stat().st_size
            publish(temporary, self.file)
            written = stamp(self.file)
            modified = written.modified if written is not None else 0
            page = folder / self.manifest_file.name
            manifest = replace(self._describe(obj), file=self.file.name, bytes=size, sha256=digest, modified=modified)
            page.write_text(manifest.to_json(), encoding="utf-8")
            publish(page, self.manifest_file)
        logger.info("%s: %s rows, %d bytes, %.1f s", self.file.name, manifest.rows, size, manifest.seconds)

    def _remove(self) -> None:
        self.manifest_file.unlink(missing_ok=True)
        self.file.unlink(missing_ok=True)

    def _last_modification_time(self) -> datetime:
        return datetime.fromtimestamp(self.file.stat().st_mtime, tz=UTC)

    def _path(self) -> str:
        return str(self.file)

    def _get_task_lock_params(self) -> TaskLockParams:
        return make_task_lock_params(file_path=str(self.file), unique_id=self.key)
