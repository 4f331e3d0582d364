"""What runs day after day and goes on from the day before."""

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Generic, TypeVar

import luigi

from slipstream.pipelines.engine import SPARK
from slipstream.pipelines.knowledge import Knowledge, Learning

P = TypeVar("P")


class Daily(Learning[P], Generic[P]):
    """A pipeline that runs once a day.

    With `fresh_days`, ALS and item2vec go on from the product of the day before, and learn anew from nothing every so
    many days (counted from the year 1) and on the first day of a log; with 0 they learn anew every day. A day whose
    predecessors are not in the cache makes them first, back to the last that began anew.
    """

    fresh_days: luigi.IntParameter = luigi.IntParameter(default=0)

    def today(self) -> Knowledge:
        """Learn from the log up to as_of, on top of what was known a day before."""
        if self.fresh_days and self.engine == SPARK:
            raise ValueError(f"fresh_days {self.fresh_days} needs engine single: ALS on Spark learns anew; set it to 0")
        known = self.knowledge(self.log(), self.as_of)
        if not self.fresh_days or self.as_of.astimezone(UTC).toordinal() % self.fresh_days == 0:
            return known
        yesterday = self.clone(as_of=self.as_of - timedelta(days=1))
        has_begun = any(yesterday.paths(source) for source in self.events)
        return replace(known, earlier=yesterday.today()) if has_begun else known
