"""Small worlds as the files of a service, and a pipeline that only reads them."""

from pathlib import Path
from typing import Any

import pandas as pd
from pandera.typing import DataFrame

from slipstream.pipelines.log import FromLog
from slipstream.tasks.tables import Event
from tests.worlds import World

TABLES = {
    "events": "events",
    "searches": "searches",
    "answers": "answers",
    "items": "items",
    "item_tags": "item_tags",
    "dictionary": "tags",
}


class Traces(FromLog[DataFrame[Event]]):
    """What people did, as it stands in files."""

    def requires(self) -> dict[str, Any]:
        """Read the files."""
        return {"events": self.log().events}


def write(world: World, folder: Path) -> dict[str, Any]:
    """Write the tables of a world to CSV files and give the parameters of a pipeline over them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in TABLES.items():
        getattr(world, table).to_csv(folder / f"{name}.csv", index=False)
    return {name: [{"path": str(folder / f"{name}.csv")}] for name in TABLES}


def until(world: World, moment: pd.Timestamp) -> World:
    """Forget everything that happened at a moment or later."""
    known = {name: getattr(world, name) for name in ("events", "searches", "answers")}
    earlier = {name: frame[frame["at"] < moment].reset_index(drop=True) for name, frame in known.items()}
    items = world.items[world.items["published_at"] < moment].reset_index(drop=True)
    return World(**{**vars(world), **earlier, "items": items})
