"""The main job on MovieLens: raw ratings in, recommendations with reasons and an honest backtest out."""

import json
import sys
import time
from pathlib import Path

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table

from slipstream import conf
from slipstream.cli import execute
from slipstream.pipelines import Recommend
from slipstream.tasks.base import Pipeline
from slipstream.tasks.tables import Recommendation

HERE = Path("examples/movielens")
CONF = HERE / "movielens.ini"
DECLARED = json.dumps([{"path": str(HERE / "declared.csv")}])
USER, TOP = "272", 5

console = Console(highlight=False)


def main() -> int:
    """Recommend, judge, declare an interest, and look at a list before and after."""
    began = time.perf_counter()
    steps = [
        ("Recommend to everybody", ["run", "Recommend", "--workers", "2"]),
        ("How good that would have been", ["run", "Backtest", "--workers", "2"]),
        ("Judged by each user's last fifth of events", ["show", "Backtest", "quality"]),
        (f"User {USER} declares an interest in Film-Noir", ["run", "Recommend", "--set", f"declared={DECLARED}"]),
    ]
    for title, command in steps:
        console.rule(title, align="left")
        code = execute([*command, "--conf", str(CONF)])
        if code:
            return code
    conf.load([CONF])
    before = Recommend()
    after = Recommend(declared=json.loads(DECLARED))
    console.rule(f"What user {USER} gets", align="left")
    console.print(moves(lists(before), lists(before).head(TOP), titles(before)))
    console.rule(f"What user {USER} gets after that answer", align="left")
    console.print(moves(lists(before), lists(after).head(2 * TOP), titles(before)))
    where(before)
    console.print(f"{time.perf_counter() - began:.1f} s in all")
    return 0


def lists(pipeline: Pipeline[Recommendation]) -> pd.DataFrame:
    """Load the user's list, best first."""
    table: pd.DataFrame = pipeline.output().load()
    return table[table["user_id"] == USER].sort_values("rank")


def titles(pipeline: Recommend) -> dict[str, str]:
    """Name the films."""
    items = pipeline.products["items"].output().load()
    return dict(zip(items["item_id"], items["title"], strict=True))


def moves(before: pd.DataFrame, after: pd.DataFrame, names: dict[str, str]) -> Table:
    """Show a list, and where its films stood before."""
    places = dict(zip(before["item_id"], before["rank"], strict=True))
    table = Table("", "was", "film", "why", box=box.SIMPLE_HEAD)
    for row in after.itertuples():
        was = places.get(row.item_id)
        move = "new" if was is None else "" if was == row.rank else f"{was} {'▲' if was > row.rank else '▼'}"
        table.add_row(str(row.rank), move, names[row.item_id], row.reason)
    return table


def where(pipeline: Recommend) -> None:
    """Tell where the products lie."""
    console.rule("Products, readable by any Parquet, Arrow or JSON reader", align="left")
    for name, task in pipeline.products.items():
        console.print(f"{name:16} {task.output().path()}", soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
