"""Programs that have no space, no rights or no lock, and tell what became of a product."""

import ctypes
import errno
import fcntl
import os
import resource
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

import gokart

from slipstream import cli
from slipstream.tasks import tables
from slipstream.tasks.base import Task
from slipstream.tasks.cache.target import DamagedProductError
from tests.cache.crash_tasks import Facts, Listing, encoded, files, make
from tests.cache.kills import PRODUCT, check_leftovers, task_in

NEW_MOUNTS, NEW_USER = 0x00020000, 0x10000000
READ_ONLY, REMOUNT, BIND, RECURSIVE, PRIVATE = 1, 32, 4096, 16384, 1 << 18
NOBODY = 65534
PAGE = 4096


def mounted(kind: str, source: Path, place: Path, flags: int = 0, options: str = "") -> bool:
    """Mount a file system that only this process sees; tell whether the system allows it."""
    system = ctypes.CDLL(None, use_errno=True)
    names = [text.encode() for text in (str(source), str(place), kind)]
    return system.mount(*names, ctypes.c_ulong(flags), options.encode()) == 0


def apart() -> bool:
    """Leave the mounts that others see; tell whether the system allows it."""
    system = ctypes.CDLL(None, use_errno=True)
    wanted = NEW_MOUNTS if os.getuid() == 0 else NEW_MOUNTS | NEW_USER
    return system.unshare(wanted) == 0 and mounted("none", Path("none"), Path("/"), RECURSIVE | PRIVATE)


def warm_up(root: Path, kind: type[Task[Any]] = Facts) -> None:
    """Load and read now what could not be opened later."""
    tables.empty(tables.User)
    gokart.build(task_in(kind, root), reset_register=False)


def full_disk(kind: type[Task[Any]], disk: Path) -> list[str] | None:
    """Make a product on a disk with no page free, with one page free and so on until it fits; tell the errors.

    After each error there is space again, and the product is made there; None if nothing can be mounted here.
    """
    warm_up(disk.with_name("warm"), kind)
    if not (apart() and mounted("tmpfs", Path("tmpfs"), disk, 0, "size=256k")):
        return None
    errors, filler = [], disk / "filler"
    for pages in range(60):
        root, free = disk / str(pages), os.statvfs(disk)
        root.mkdir()
        filler.write_bytes(bytes(max(free.f_bavail * free.f_frsize - pages * PAGE, 0)))
        error = refusal(kind, root)
        filler.unlink()
        check_healed(kind, root, disk.with_name("warm"))
        if error is None:
            return errors
        errors.append(error)
        for path in files(root).values():
            path.unlink()
    raise AssertionError("it never fitted")


def short_files(kind: type[Task[Any]], root: Path) -> list[str]:
    """Make a product where no file may be longer than so many bytes, less and less strictly; tell the errors."""
    warm_up(root / "warm", kind)
    errors = []
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for limit in range(0, 1 << 20, 512):
        place = root / str(limit)
        place.mkdir()
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        error = refusal(kind, place)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        check_healed(kind, place, root / "warm")
        if error is None:
            return errors
        errors.append(error)
    raise AssertionError("it never fitted")


def refusal(kind: type[Task[Any]], root: Path) -> str | None:
    """Try to make a product; tell the error after looking for anything half-written."""
    try:
        make(task_in(kind, root))
    except OSError as error:
        assert not task_in(kind, root).complete()
        check_leftovers(root)
        assert not [name for name in files(root) if name.startswith(".tmp/")]
        return str(error)
    return None


def check_healed(kind: type[Task[Any]], root: Path, whole: Path) -> None:
    """Make a product and compare it with one that was made without trouble."""
    task = task_in(kind, root)
    make(task)
    check_leftovers(root)
    right = task_in(kind, whole).output().file.read_bytes()
    assert task.output().file.read_bytes() == right
    assert encoded(task, task.output().load()) == right


def read_only(root: Path) -> None:
    """Take from this process the right to write to a folder: by a mount, else by its mode and our name."""
    if apart() and mounted("none", root, root, BIND) and mounted("none", root, root, BIND | REMOUNT | READ_ONLY):
        return
    for path in [*root.rglob("*"), root]:
        path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def without_rights(root: Path) -> dict[str, Any]:
    """Use a workspace that became read-only: what is cached is served, what is not is refused."""
    warm_up(root, Listing)
    command = ["run", "Listing", "--module", Listing.__module__, "--workspace", str(root)]
    assert cli.execute(command) == 0
    before = {name: path.stat().st_mtime_ns for name, path in files(root).items()}
    read_only(root)
    served = gokart.build(task_in(Listing, root), reset_register=False)
    report = {"served": served, "command": cli.execute(command), "refused": refusal(Other, root)}
    assert {name: path.stat().st_mtime_ns for name, path in files(root).items()} == before
    return report


def damage_without_rights(root: Path) -> str:
    """Read a damaged product in a read-only workspace; tell the error."""
    warm_up(root)
    (file,) = (path for name, path in files(root).items() if PRODUCT.fullmatch(name))
    status = file.stat()
    file.write_bytes(bytes(status.st_size))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    read_only(root)
    try:
        task_in(Facts, root).output().load()
    except DamagedProductError as error:
        return str(error)
    raise AssertionError("damage was not found")


class Other(Facts):
    """Values that are not cached."""


def without_locks() -> None:
    """Have this process live with a file system that has no locks."""

    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    fcntl.flock = refuse  # type: ignore[assignment]


def descendants(session: int) -> list[int]:
    """Name the processes of a session."""
    found = []
    for folder in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            number = int(folder.name)
            if os.getsid(number) == session:
                found.append(number)
    return found
