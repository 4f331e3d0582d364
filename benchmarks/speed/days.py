"""A new day on top of the day before, beside a rebuild of everything: `python -m benchmarks.speed.days LOG WORKSPACES`.

LOG is a folder of generate.py. `Embeddings` runs for the day before in an empty workspace, then for the day itself,
which goes on from there (fresh_days), then for the day itself from nothing in another workspace. The factors of both
list ten articles for everybody, judged by what was read in the two days that follow.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
from luigi.task_register import Register

from slipstream import conf
from slipstream.pipelines import Embeddings
from slipstream.tasks.evaluation.comparison import compare, pool_users
from slipstream.tasks.evaluation.trial import Trial
from slipstream.tasks.evaluation.users import judge_users
from slipstream.tasks.recommendation.nearest import embedding_items
from slipstream.tasks.tables import CatalogueItem, Interaction, User

ROOT = Path(__file__).resolve().parents[2]
CONF = ROOT / "benchmarks/speed/news.ini"
FRESH_DAYS, AFTER, TOP = 7, 2, 10
DAY = timedelta(days=1)
GOES_ON, ANEW = "goes on", "anew"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run both ways, and print what they cost and how good they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log", type=Path)
    parser.add_argument("workspaces", type=Path, help="a folder for two workspaces, empty at best")
    given = parser.parse_args(arguments)
    os.environ["NEWS"] = str(given.log.resolve())
    conf.load([CONF])
    today = day_of(given.log)
    ways = {GOES_ON: FRESH_DAYS, ANEW: 0}
    homes = {way: given.workspaces.resolve() / way.replace(" ", "-") for way in ways}
    costs = {"days before": run(today - DAY, FRESH_DAYS, homes[GOES_ON])}
    costs |= {way: run(today, fresh_days, homes[way]) for way, fresh_days in ways.items()}
    for name, cost in costs.items():
        print(f"{name}: {cost['tasks']} tasks in {cost['seconds']:.1f} s, {cost['cpu_seconds']:.1f} CPU s")
    found = judge(today, ways, homes, given.log)
    for row in found.itertuples():
        name = row.source if not row.baseline else f"{row.source} less {row.baseline}"
        print(f"nDCG@{TOP} {name}: {row.value:+.4f} [{row.low:+.4f}, {row.high:+.4f}] over {row.count:,} people")
    facts = {"costs": costs, "quality": json.loads(found.to_json(orient="records"))}
    (given.workspaces / "days.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def day_of(log: Path) -> datetime:
    """Choose the moment of the run: the end of a day in mid-week after which the log has two days."""
    last = max(datetime.fromisoformat(path.stem) for path in (log / "events").glob("*.parquet"))
    moment = last.replace(hour=15, tzinfo=UTC) - AFTER * DAY
    while moment.toordinal() % FRESH_DAYS < FRESH_DAYS // 2:
        moment -= DAY
    return moment


def run(moment: datetime, fresh_days: int, workspace: Path) -> dict[str, float]:
    """Run the pipeline by the command line, and tell what that cost in all."""
    words = ("--set", f"as_of={moment.isoformat()}", "--set", f"fresh_days={fresh_days}", "--workspace", str(workspace))
    command = [sys.executable, "-m", "slipstream", "run", "Embeddings", "--conf", str(CONF), *words, "--plain"]
    began, used = time.perf_counter(), _cpu()
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 (our own)
    tasks = sum(line.split()[1:2] == ["done"] for line in done.stdout.splitlines())
    return {"tasks": tasks, "seconds": time.perf_counter() - began, "cpu_seconds": _cpu() - used}


def judge(moment: datetime, ways: dict[str, int], homes: dict[str, Path], log: Path) -> pd.DataFrame:
    """Judge the lists of the factors by what was read next: nDCG of each way, and the paired difference."""
    truth = read_next(log, moment)
    users = User.validate(truth[["user_id"]].drop_duplicates())
    qualities = []
    for way, fresh_days in ways.items():
        conf.set_workspace(homes[way])
        Register.clear_instance_cache()  # tasks of one key are one, wherever their products lie
        products = Embeddings(as_of=moment, fresh_days=fresh_days).products
        people, items = (products[f"{side}_by_factors"].output().load() for side in ("users", "items"))
        seen = products["users"].interactions.output().load()
        catalogue = CatalogueItem.validate(seen[["item_id"]].drop_duplicates())
        lists = pd.concat(embedding_items(people, items, seen, users, catalogue, cosine=False, top=TOP, source=way))
        judging: dict[str, Any] = {"relevant": ("weak",), "cold_below": 5, "ks": (TOP,)}
        qualities.append(judge_users(Trial(lists, truth, seen, catalogue), source=way, cut="", **judging))
    means = pool_users(qualities, resamples=1000, seed=0)
    worth = compare(qualities, baselines=[ANEW], resamples=1000, seed=0).assign(baseline=ANEW)
    table = pd.concat([means.assign(baseline=""), worth], ignore_index=True)
    return table[(table["metric"] == "ndcg") & (table["slice"] == "all")]


def read_next(log: Path, moment: datetime) -> pd.DataFrame:
    """Read what people did after a moment."""
    after = pl.scan_parquet(log / "events/*.parquet").filter(pl.col("ts") >= int(moment.timestamp() * 1000))
    pairs = (
        after.select(pl.col("uid").alias("user_id"), pl.col("article").alias("item_id"))
        .unique()
        .sort("user_id", "item_id")
    )
    frame = pairs.collect().to_pandas().assign(weight=1.0, strength="weak", kind="view", at=pd.Timestamp(moment))
    return Interaction.validate(frame)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
