"""Programs that kill themselves in the middle of making a product, and look at what is left."""

import hashlib
import itertools
import json
import os
import re
import resource
import shutil
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from slipstream.tasks import tables
from slipstream.tasks.base import Task
from tests.cache.children import forked
from tests.cache.crash_tasks import Facts, encoded, files, make

CHANGES = {"os.mkdir", "os.rename", "os.link", "os.remove", "os.rmdir", "os.truncate"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
LEFTOVERS = re.compile(r"\.tmp/.*|\.locks/[0-9a-f]+|.*_[0-9a-f]{20}\.(manifest\.json|log)")
PRODUCT = re.compile(r".*_[0-9a-f]{20}-([0-9a-f]{8})\.\w+")
WAS_THERE = 3


def sweep(kinds: list[type[Task[Any]]], root: Path) -> list[Counter[str]]:
    """Kill dumps of some kinds before each of their steps and inside of their files; count what was found then."""
    tables.empty(tables.User)
    make(task_in(Facts, root / "warm"))
    return [Sweep(kind, root / kind.__name__).count() for kind in kinds]


class Sweep:
    """The deaths of one kind of dump: all that is done happens in forks of a process that only looks on."""

    def __init__(self, kind: type[Task[Any]], root: Path) -> None:
        """Make the product without trouble, to know what is right."""
        root.mkdir()
        self.kind, self.root = kind, root
        self.healed: dict[frozenset[str], str] = {}
        self.trouble, self.whole = root / "trouble.txt", root / "whole"
        task_in(kind, self.whole).make_unique_id()  # reads the code once for all forks
        assert forked(self.trouble, make, task_in(kind, self.whole)) == 0

    def count(self) -> Counter[str]:
        """Kill and look until a dump comes through."""
        steps = (Path(f"step {number}") for number in itertools.count(1))
        found = Counter(f"step, {self.look(place)}" for place in itertools.takewhile(self.killed_at_step, steps))
        size = max(path.stat().st_size for name, path in files(self.whole).items() if PRODUCT.fullmatch(name))
        for limit in (0, 1, size // 4, size // 2, size - 1):
            self.kill_at_byte(limit)
            found[f"byte, {self.look(Path(f'byte {limit}'))}"] += 1
        return found

    def killed_at_step(self, place: Path) -> bool:
        """Let a dump die before a step; tell whether it had so many."""
        code = forked(self.trouble, make_until_step, self.kind, self.root / place, int(place.name.split()[1]))
        assert code in {0, -signal.SIGKILL}
        return code != 0

    def kill_at_byte(self, limit: int) -> None:
        """Let a dump die when a file would become longer than so many bytes."""
        place = self.root / f"byte {limit}"
        shutil.copytree(self.whole / ".code", place / ".code")
        assert forked(self.trouble, make_until_byte, self.kind, place, limit) == -signal.SIGXFSZ
        if limit > 1:
            assert limit in [path.stat().st_size for name, path in files(place).items() if name.startswith(".tmp/")]

    def look(self, place: Path) -> str:
        """Check that what a death left is right or counts as missing, and that making it again heals.

        Where the same files are left as by an earlier death, private folders aside, it heals as that one did.
        """
        check_leftovers(self.root / place)
        left = frozenset(name for name in files(self.root / place) if not name.startswith(".tmp/"))
        if left not in self.healed:
            code = forked(self.trouble, heal, self.kind, self.root / place, self.whole)
            check_leftovers(self.root / place)
            self.healed[left] = "product there" if code == WAS_THERE else "healed"
        shutil.rmtree(self.root / place, ignore_errors=True)
        return self.healed[left]


def task_in(kind: type[Task[Any]], root: Path) -> Task[Any]:
    """Construct a task whose product lies in a workspace."""
    return kind(workspace_directory=str(root))


def make_until_step(kind: type[Task[Any]], root: Path, last: int) -> None:
    """Make a product, but die before the last of so many changes of the file system."""
    steps = itertools.count(1)
    task = task_in(kind, root)

    def hear(event: str, details: tuple[Any, ...]) -> None:
        opened = event == "open" and str(details[0]).startswith(str(root)) and details[2] & WRITING
        if (event in CHANGES or opened) and next(steps) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hear)
    make(task)


def make_until_byte(kind: type[Task[Any]], root: Path, limit: int) -> None:
    """Make a product, but die by the write that would make a file longer than so many bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    make(task_in(kind, root))


def heal(kind: type[Task[Any]], root: Path, whole: Path) -> int:
    """Load the product if it counts as complete, else make it; it is the right one in both cases."""
    task = task_in(kind, root)
    before = task.complete()
    make(task)
    output, right = task.output(), task_in(kind, whole).output()
    assert task.complete()
    assert output.file.read_bytes() == right.file.read_bytes()
    assert encoded(task, output.load()) == right.file.read_bytes()
    return WAS_THERE if before else 0


def check_leftovers(root: Path) -> None:
    """Check that nothing half-written stands under a name that anybody would trust."""
    for name, path in files(root).items():
        content, product = path.read_bytes(), PRODUCT.fullmatch(name)
        if product:
            assert hashlib.sha256(content).hexdigest().startswith(product[1]), name
        elif name.startswith(".code/") or name.endswith(".manifest.json"):
            assert json.loads(content), name
        else:
            assert LEFTOVERS.fullmatch(name), name
