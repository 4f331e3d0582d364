"""How much memory the tasks of a run will take, told from what they took in earlier runs."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipstream.graph import State, Step
from slipstream.plan import PLAN, bytes_read
from slipstream.quantities import show_size
from slipstream.tasks.cache.manifest import Manifest

STANDING = 300_000_000
MEMINFO = Path("/proc/meminfo")
GROUPS = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"), Path("/sys/fs/cgroup/memory/memory.usage_in_bytes")),
)


@dataclass(frozen=True)
class Need:
    """The bytes that a task took once, those it will take of an input `scale` times as large, and what lowers them."""

    label: str
    took: int
    scale: float
    knob: str

    @property
    def bytes(self) -> int:
        """Foresee the peak: what the libraries take stays, the rest grows with the input."""
        return int(STANDING + max(self.took - STANDING, 0) * self.scale)

    def __str__(self) -> str:
        """Say it with its ground."""
        took = f"it took {show_size(self.took)} for {1 / self.scale:.0%} of this input"
        return f"{self.label} needs about {show_size(self.bytes)} of memory ({took})"


def warnings(steps: Sequence[Step], logs: Path, workers: int, free: int) -> Iterator[str]:
    """Name before a run the tasks that will not find enough memory, and the knob that lowers what they need."""
    found = sorted(needs(steps, logs), key=lambda need: -need.bytes)
    for need in found:
        if need.bytes > free:
            knob = f"lower {need.knob}, or" if need.knob else "shorten the log, or"
            yield f"memory: {need}, {show_size(free)} are free; {knob} run it on a larger machine"
    together = sum(need.bytes for need in found[:workers])
    if together > free and workers > 1 and found[0].bytes <= free:
        names = " and ".join(need.label for need in found[:workers])
        yield f"memory: {names} need about {show_size(together)} at once, {show_size(free)} are free; lower --workers"


def needs(steps: Sequence[Step], logs: Path) -> Iterator[Need]:
    """Compare the tasks that will run with those of their class in the newest run that tells of both."""
    now = sum(bytes_read(step.task) for step in steps)
    waiting = [step for step in steps if step.state == State.WAITING]
    wanted = {type(step.task).__name__ for step in waiting}
    known: dict[str, tuple[int, float]] = {}
    for plan in _plans(logs):
        then = sum(task.get("read", 0) for task in plan["tasks"])
        if wanted <= known.keys() or not then or not now:
            continue
        for name, peak in _peaks(plan["tasks"], wanted - known.keys(), logs.parent).items():
            known[name] = peak, now / then
    for step in waiting:
        if type(step.task).__name__ in known:
            peak, scale = known[type(step.task).__name__]
            yield Need(step.label, peak, scale, getattr(step.task, "memory_knob", ""))


def free_memory() -> int:
    """Read how many bytes a new process may take: what the machine has left, or its control group."""
    lines = dict(line.split(":", 1) for line in MEMINFO.read_text(encoding="ascii").splitlines())
    free = int(lines["MemAvailable"].split()[0]) << 10
    for most, used in GROUPS:
        if most.exists() and (text := most.read_text(encoding="ascii").strip()).isdigit():
            free = min(free, max(int(text) - int(used.read_text(encoding="ascii")), 0))
    return free


def _plans(logs: Path) -> Iterator[dict[str, Any]]:
    """Read what earlier runs set out to do, the newest first."""
    for path in sorted(logs.glob("*/journal.jsonl"), reverse=True):
        with path.open(encoding="utf-8") as file:
            line = file.readline()
        if line.endswith("\n") and (plan := json.loads(line))["event"] == PLAN:
            yield plan


def _peaks(tasks: Iterable[dict[str, Any]], wanted: set[str], workspace: Path) -> dict[str, int]:
    """Find the largest peak of each class."""
    peaks: dict[str, int] = {}
    for task in tasks:
        page = Manifest.read(workspace / task["manifest"]) if task["class"] in wanted and task["manifest"] else None
        if page is not None and page.peak_memory:
            peaks[task["class"]] = max(peaks.get(task["class"], 0), page.peak_memory)
    return peaks
