"""What steps of a process cost."""

import json
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Costs:
    """Seconds, CPU seconds and the largest resident size in bytes of each named step."""

    def __init__(self) -> None:
        """Begin with none."""
        self.steps: dict[str, dict[str, float]] = {}

    @contextmanager
    def of(self, step: str) -> Iterator[None]:
        """Measure a step; what the process holds already counts in its size."""
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        began, used = time.perf_counter(), _cpu()
        yield
        seconds, cpu = time.perf_counter() - began, _cpu() - used
        self.steps[step] = {"seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2), "peak_memory": _peak()}

    def write(self, path: Path) -> None:
        """Write what was measured as JSON."""
        path.write_text(json.dumps(self.steps, indent=1) + "\n", encoding="utf-8")


def _cpu() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _peak() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
