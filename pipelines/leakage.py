"""What is recommended may not know what it is judged by, whoever wrote the tasks behind it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from gokart.utils import flatten

from slipstream.pipelines.log import TELLING
from slipstream.tasks.base import Task
from slipstream.tasks.data import Before, Between, Earlier, FileTable, Users, WithoutPairs
from slipstream.tasks.recommendation import TouchedItems
from slipstream.tasks.tables import Answer, Event, Impression, ItemTag, Row, Search, columns

TABLES: dict[str, type[Row]] = {"events": Event, "searches": Search, "answers": Answer}
TABLES |= {"item_tags": ItemTag, "impressions": Impression}
TIMES = {"at", "published_at"}
ASKED = (Users, TouchedItems)  # for whom and among what lists are asked for: that is given, not known

IsCut = Callable[[Task[Any]], bool]


def refuse_future(made: Task[Any], *, as_of: datetime) -> None:
    """Make sure that a task knows files with times only through a cut at as_of or before."""

    def is_cut(task: Task[Any]) -> bool:
        return (isinstance(task, Before) and task.as_of <= as_of) or (isinstance(task, Between) and task.until <= as_of)

    for way in uncut(made, is_cut):
        if TIMES & set(columns(way[-1].row)):
            raise ValueError(
                f"{tell(way)} without a cut at {as_of.isoformat()}; "
                "take the table from the log of the window, like log.events"
            )


def refuse_held_out(made: Task[Any], *, by: str) -> None:
    """Make sure that a task knows the files that tell of held-out events only without what is held out."""
    telling = {TABLES[name] for name in TELLING[by]}
    for way in uncut(made, lambda task: isinstance(task, Earlier | WithoutPairs)):
        if way[-1].row in telling:
            raise ValueError(
                f"{tell(way)} with what is held out; take the table from the log of the window, like log.events"
            )


def uncut(made: Task[Any], is_cut: IsCut) -> Iterator[Sequence[Any]]:
    """Find the ways from a task back to files on which no cut stands, one a file: the task first, the file last."""
    after: dict[Task[Any], Task[Any] | None] = {made: None}
    waiting = [made]
    while waiting:
        task = waiting.pop()
        if isinstance(task, ASKED) or is_cut(task):
            continue
        if isinstance(task, FileTable) and task.path:
            yield _way(task, after)
        upstream: list[Any] = flatten(task.requires())
        for before in upstream:
            if before not in after:
                after[before] = task
                waiting.append(before)


def tell(way: Sequence[Any]) -> str:
    """Describe a way from a task to a file."""
    names = " <- ".join(type(task).__name__ for task in way)
    return f"{type(way[0]).__name__} knows {way[-1].path} ({names})"


def _way(file: Task[Any], after: dict[Task[Any], Task[Any] | None]) -> list[Task[Any]]:
    way: list[Task[Any]] = []
    step: Task[Any] | None = file
    while step is not None:
        way.append(step)
        step = after[step]
    return way[::-1]
