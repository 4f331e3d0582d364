"""Many days of a pipeline as one run: what they share is made once, what does not wait for another runs at once."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import gokart

from slipstream.stop import Code, Stop
from slipstream.tasks.base import Pipeline


class Backfill(Pipeline[Any]):
    """The runs of a pipeline at several moments."""

    runs: gokart.ListTaskInstanceParameter[Any] = gokart.ListTaskInstanceParameter()

    def requires(self) -> dict[str, Any]:
        """Name each run by its moment."""
        return {run.as_of.isoformat(): run for run in self.runs}


def backfill(pipeline: Pipeline[Any], first: date, last: date) -> Backfill:
    """Have a pipeline run on each of the days from the first to the last, at the time of day of its own as_of."""
    as_of = getattr(pipeline, "as_of", None)
    if not isinstance(as_of, datetime):
        raise Stop(Code.MISUSED, f"{type(pipeline).__name__} has no as_of; only what stands at a moment has days")
    if first > last:
        raise Stop(Code.MISUSED, f"--from {first} is after --to {last}; exchange them")
    return Backfill(
        runs=[pipeline.clone(as_of=moment) for moment in _moments(as_of, first, last)],
        workspace_directory=pipeline.workspace_directory,
    )


def _moments(as_of: datetime, first: date, last: date) -> Iterator[datetime]:
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        yield as_of.replace(year=day.year, month=day.month, day=day.day)
