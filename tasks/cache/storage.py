"""The only place that touches files of the workspace: private writing, atomic publishing, locks, digests."""

import errno
import fcntl
import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

TEMPORARY = ".tmp"
LOCKS = ".locks"
REMEDIES = {
    errno.ENOSPC: "free space on its disk, or set workspace_directory in [TaskOnKart] to a folder on a larger one",
    errno.EDQUOT: "free space on its disk, or set workspace_directory in [TaskOnKart] to a folder on a larger one",
    errno.EFBIG: "raise the limit of file sizes (ulimit -f), or set workspace_directory in [TaskOnKart] elsewhere",
    errno.EXDEV: f"a part of it is on another file system; make {TEMPORARY} and all below it plain folders of one disk",
}
OTHER_REMEDY = "set workspace_directory in [TaskOnKart] to a folder you may write to"
UNLOCKABLE = {errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL}
UNLINKABLE = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS}


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
    folder = root / TEMPORARY / uuid.uuid4().hex
    with writing(root):
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def writing(root: Path) -> Iterator[None]:
    """Have what the file system refuses name the workspace and say what to do."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        remedy = REMEDIES.get(error.errno, OTHER_REMEDY)
        raise OSError(f"cannot write to workspace {root.absolute()}: {error.strerror}; {remedy}") from error


def publish(temporary: Path, path: Path) -> None:
    """Move a finished file to its place: its bytes reach the disk before its name does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _sync(temporary)
    temporary.replace(path)
    _sync(path.parent)


def create(temporary: Path, path: Path) -> bool:
    """Move a finished file to its place unless there is one already; tell whether it was moved."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _sync(temporary)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in UNLINKABLE:
            raise
        if path.exists():
            return False
        temporary.replace(path)  # a file system without hard links
    else:
        temporary.unlink()
    _sync(path.parent)
    return True


@contextmanager
def locked(root: Path, name: str) -> Iterator[None]:
    """Hold a lock of the workspace while a body runs, waiting for it; the system frees it when its holder dies.

    On a file system without locks the body runs at once: what is published first still wins.
    """
    path = root / LOCKS / name
    with writing(root):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = _lock(path)
    _held.add(descriptor)
    try:
        yield
    finally:
        if descriptor in _held:  # not so in a forked child that comes by here
            _held.remove(descriptor)
            with suppress(FileNotFoundError):
                path.unlink()
            os.close(descriptor)


_held: set[int] = set()


def _let_go() -> None:
    """Have a forked child not keep the locks of its parent alive when the parent dies."""
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_let_go)


def _lock(path: Path) -> int:
    """Lock a file that is still the one of its name once it is locked: holders remove it in the end."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno in UNLOCKABLE:
                return descriptor
            os.close(descriptor)
            raise
        now = stamp(path)
        if now is not None and now.inode == os.fstat(descriptor).st_ino:
            return descriptor
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Tell whether a living process holds a lock file."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in UNLOCKABLE
    finally:
        os.close(descriptor)
    return False


def remove(path: Path) -> None:
    """Remove a file, or a folder with all in it; a link is removed itself, what it leads to stays."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
