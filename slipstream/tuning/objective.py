"""What a search makes as high as it can, and how much higher one try is than another."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import luigi
import pandas as pd

from slipstream.stop import Code, Stop, near
from slipstream.tasks.evaluation import UserQualities
from slipstream.tasks.evaluation.comparison import compare, pool_users
from slipstream.tasks.evaluation.intervals import METRICS

RESAMPLES = 1000


@dataclass(frozen=True)
class Interval:
    """A value and where it lies with 95 % confidence."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """Write it with signs, as a difference."""
        return f"{self.value:+.4f} [{self.low:+.4f}, {self.high:+.4f}]"


@dataclass(frozen=True)
class Objective:
    """The mean of a metric at depth k, of the lists of one source, over the users of one slice."""

    metric: str
    k: int
    source: str
    part: str

    @classmethod
    def read(cls, metric: str, source: str, part: str) -> "Objective":
        """Read a metric and its depth as in ndcg@10."""
        match = re.fullmatch(r"(\w+)@(\d+)", metric)
        if match is None or match[1] not in METRICS:
            name = match[1] if match else metric
            raise Stop(Code.MISUSED, f"{metric!r} is no metric at a depth as in ndcg@10{near(name, METRICS)}")
        return cls(match[1], int(match[2]), source, part)

    def __str__(self) -> str:
        """Say what it is."""
        slice_ = "" if self.part == "all" else f", slice {self.part}"
        return f"{self.metric}@{self.k} of {self.source}{slice_}"

    def tasks(self, graph: Iterable[luigi.Task]) -> list[UserQualities]:
        """Find the tasks that judge the source, one a cut in time."""
        judging = [task for task in graph if isinstance(task, UserQualities)]
        found = [task for task in judging if task.source == self.source]
        if not found:
            known = {task.source for task in judging}
            raise Stop(Code.MISUSED, f"no list of a source {self.source!r} is judged{near(self.source, known)}")
        if self.k not in found[0].ks:
            depths = ", ".join(map(str, found[0].ks))
            raise Stop(Code.MISUSED, f"lists are judged at {depths}, not at {self.k}; set ks of the pipeline")
        return found

    def measure(self, judged: Iterable[UserQualities]) -> float:
        """Average over the users."""
        means = pool_users(self._load(judged, self.source), resamples=0, seed=0)
        return self._pick(means).value

    def lead(self, ours: Iterable[UserQualities], theirs: Iterable[UserQualities], seed: int) -> Interval:
        """Average the difference over the same users."""
        both = [*self._load(ours, "ours"), *self._load(theirs, "theirs")]
        return self._pick(compare(both, baselines=["theirs"], resamples=RESAMPLES, seed=seed))

    def _load(self, judged: Iterable[UserQualities], name: str) -> list[Any]:
        return [task.output().load().assign(source=name) for task in judged]

    def _pick(self, metrics: pd.DataFrame) -> Interval:
        here = metrics[(metrics["metric"] == self.metric) & (metrics["k"] == self.k)]
        rows = here[here["slice"] == self.part]
        if rows.empty:
            known = sorted(set(here["slice"]))
            there = near(self.part, known) if known else "; nobody is judged: is the log long enough for it?"
            raise Stop(Code.MISUSED, f"nobody of slice {self.part!r} is judged{there}")
        [value], [low], [high] = (rows[name].to_list() for name in ("value", "low", "high"))
        return Interval(value, low, high)
