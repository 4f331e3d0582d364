"""The circumstances of a run: one BLAS thread, seconds and peak memory measured."""

import importlib
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import threadpoolctl


def processor_seconds() -> float:
    """Read the processor time of this process and of those it waited for."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


@dataclass
class Clock:
    """Seconds and bytes of memory used since a task began to run."""

    began: float = field(default_factory=time.perf_counter)
    spent: float = field(default_factory=processor_seconds)

    @property
    def seconds(self) -> float:
        """Wall time so far."""
        return round(time.perf_counter() - self.began, 3)

    @property
    def cpu_seconds(self) -> float:
        """What all processors did together so far, in this process and in those it waited for."""
        return round(processor_seconds() - self.spent, 3)

    @property
    def peak_memory(self) -> int:
        """The largest resident size of the process since the task began, 0 where the system does not tell."""
        try:
            status = Path("/proc/self/status").read_text(encoding="ascii")
        except OSError:
            return 0
        lines = [line.split() for line in status.splitlines() if line.startswith("VmHWM")]
        return int(lines[0][1]) * 1024 if lines else 0


@contextmanager
def measured() -> Iterator[Clock]:
    """Run a body with one BLAS thread, so that results do not depend on the machine, and measure it."""
    _reset_peak_memory()
    with _controller(len(sys.modules)).limit(limits=1, user_api="blas"):
        yield Clock()


@lru_cache(maxsize=1)
def _controller(modules: int) -> threadpoolctl.ThreadpoolController:  # noqa: ARG001 (looks anew when there are more)
    importlib.import_module("scipy.linalg")  # loads scipy's BLAS before the controller looks for it
    return threadpoolctl.ThreadpoolController()


def _reset_peak_memory() -> None:
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return
