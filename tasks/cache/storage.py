"""The only place that touches files of the workspace: private writing, atomic publishing, digests."""

import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Stamp:
    """What the file system says of a file without reading it: size in bytes, times in nanoseconds."""

    size: int
    modified: int
    changed: int
    inode: int


def stamp(path: Path) -> Stamp | None:
    """Read a file's stamp, None where there is no file."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


_digests: dict[tuple[str, Stamp], str] = {}


def sha256(path: Path) -> str:
    """Digest a file's bytes; a file whose stamp did not change is read once a process."""
    now = stamp(path)
    if now is not None and (str(path), now) in _digests:
        return _digests[str(path), now]
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if now is not None and stamp(path) == now:
        _digests[str(path), now] = digest
    return digest


def local_root(workspace: str) -> Path:
    """Resolve a workspace to a folder, refusing what this version cannot write to."""
    if "://" in workspace:
        raise ValueError(
            f"workspace {workspace!r} is not a local folder; set workspace_directory in [TaskOnKart] to a folder's path"
        )
    return Path(workspace)


@contextmanager
def private_folder(root: Path) -> Iterator[Path]:
    """Make a folder on the workspace's own disk that nobody else writes to, gone afterwards."""
    folder = root / ".tmp" / uuid.uuid4().hex
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise OSError(
            f"cannot write to workspace {root.absolute()}: {error.strerror}; "
            "set workspace_directory in [TaskOnKart] to a folder you may write to"
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(temporary: Path, path: Path) -> None:
    """Move a finished file to its place: its bytes reach the disk before its name does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _sync(temporary)
    temporary.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
