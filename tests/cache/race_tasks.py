"""Tasks that never give the same product twice, and programs that make them at the same time."""

import logging
import os
import time
import uuid
from pathlib import Path
from typing import Any

import gokart
import luigi

from slipstream import cli
from slipstream.tasks.base import Pipeline, Task
from slipstream.tasks.cache.storage import locked
from tests.cache.crash_tasks import Census
from tests.cache.hardships import without_locks

PATIENCE = 30


class Draw(Task[dict[str, Any]]):
    """A number drawn anew by every run, with the numbers it was made from.

    `told` is a file where every run leaves a line; a run waits until it has `meet` lines of its name.
    """

    name: luigi.Parameter[str] = luigi.Parameter()
    parts: gokart.ListTaskInstanceParameter[Task[Any]] = gokart.ListTaskInstanceParameter(default=())
    told: luigi.Parameter[str] = luigi.Parameter(significant=False)
    meet: luigi.IntParameter = luigi.IntParameter(default=1, significant=False)

    def run(self) -> None:
        tell(Path(self.told), self.name)
        wait_for(lambda: lines(Path(self.told)).count(self.name) >= self.meet)
        loaded = {part.name: part_product["own"] for part, part_product in zip(self.parts, self.loads(), strict=True)}
        self.dump({"own": uuid.uuid4().hex, "loaded": loaded})

    def loads(self) -> list[dict[str, Any]]:
        """Load the parts."""
        return [self.load(part) for part in self.parts]


class Diamond(Pipeline[dict[str, Any]]):
    """Two ways from one draw to another."""

    told: luigi.Parameter[str] = luigi.Parameter(significant=False)
    meet: luigi.IntParameter = luigi.IntParameter(default=1, significant=False)

    def requires(self) -> dict[str, Task[Any]]:
        return {"bottom": diamond(self.workspace_directory, self.told, self.meet)}


def diamond(root: str, told: str, meet: int) -> Draw:
    """Join four draws."""
    shared = {"workspace_directory": root, "told": told}
    top = Draw(name="top", meet=meet, **shared)
    sides = tuple(Draw(name=name, parts=(top,), meet=meet, **shared) for name in ("left", "right"))
    return Draw(name="bottom", parts=sides, meet=meet, **shared)


def race(root: Path, rounds: int, meet: int, barrier: Any) -> list[dict[str, Any]]:
    """Build a diamond in each of some workspaces, in step with another process; give the last products."""
    if meet > 1:
        without_locks()
    products = []
    for number in range(rounds):
        place = root / str(number)
        barrier.wait(PATIENCE)
        task = diamond(str(place), str(place / "told"), meet)
        products.append(gokart.build(task, reset_register=False, log_level=logging.ERROR))
    return products


def hold(root: Path) -> dict[str, Any]:
    """Run a draw that waits for a second one of its name."""
    task = Draw(name="top", meet=2, told=str(root / "told"), workspace_directory=str(root))
    return gokart.build(task, reset_register=False)


def hold_and_fork(root: Path) -> dict[str, Any]:
    """Run a draw that waits for a second one of its name, while a fork of ours lives on for long."""
    task = Draw(name="top", meet=2, told=str(root / "told"), workspace_directory=str(root))
    output = task.output()
    with locked(root, task.make_unique_id()):
        if os.fork() == 0:
            tell(root / "fork", str(os.getpid()))
            time.sleep(PATIENCE)
            os._exit(0)
        wait_for(lambda: lines(root / "fork"))
        tell(root / "told", "top")
        wait_for(lambda: lines(root / "told").count("top") >= 2)
    return output.load()


def build_census(root: Path) -> list[int]:
    """Build many tasks that load one model at once, by the engine's own function; give their products."""
    gokart.build(Census(workspace_directory=str(root)), reset_register=False, workers=4, log_level=logging.ERROR)
    return [task.output().load() for task in Census(workspace_directory=str(root)).products.values()]


def command(session_file: Path, *arguments: str) -> int:
    """Run a command in a session of its own, telling its number; give the exit code."""
    os.setsid()
    session_file.write_text(str(os.getpid()), encoding="ascii")
    return cli.execute(arguments)


def tell(file: Path, line: str) -> None:
    """Append a line, whole even when several processes do."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, f"{line}\n".encode())
    os.close(descriptor)


def lines(file: Path) -> list[str]:
    """Read the lines that were told."""
    return file.read_text(encoding="utf-8").split() if file.exists() else []


def wait_for(true: Any, patience: float = PATIENCE) -> None:
    """Wait until something holds."""
    end = time.monotonic() + patience
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"it did not come to be in {patience} s")
        time.sleep(0.002)
