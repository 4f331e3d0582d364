"""What robots and doubled traces cost, with the cleaning tasks off and on.

The history before what is judged gets noise: robots leave as many traces as `--share` of it, and the same share of
the people's traces is logged again. The same pipeline recommends from the clean and from the noisy log, and the lists
of the real people are judged by what they really did next.
"""

import argparse
import json
import math
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import gokart
import luigi
import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from slipstream import conf
from slipstream.pipelines.backtest import Backtest
from slipstream.pipelines.log import Files
from slipstream.pipelines.ranking import Ranked, Stage
from slipstream.tasks.base import Table
from slipstream.tasks.data import EventFile, Robots, Users
from slipstream.tasks.evaluation.comparison import compare, pool_users
from slipstream.tasks.evaluation.trial import Trial
from slipstream.tasks.evaluation.users import judge_users
from slipstream.tasks.tables import Event, Recommendation, User

CLEAN, CLEANED, NOISY = "clean", "noisy, cleaned", "noisy"
CLEANING: dict[str, Any] = {"remove_robots": True, "repeat_seconds": 60.0}
SWEEP, CRAWL, CLOCK = 1000, 500, 200
TABLES = ("events", "searches", "answers", "items", "item_tags", "dictionary")


class Lists(Ranked[DataFrame[Recommendation]]):
    """The lists of those who are judged."""

    judged: Files = luigi.ListParameter(default=())

    def requires(self) -> dict[str, Any]:
        """Rank."""
        log = self.log()
        known = self.knowledge(log, self.as_of)
        stage = Stage(self, known, Users(tables=[self.files(EventFile, self.judged, kinds=self.kinds)]), log.answers)
        lists = stage.recommendations(self.ranker(log, self.as_of))
        return {"recommendations": lists, "interactions": known.interactions, "catalogue": stage.catalogue}


def plant(events: DataFrame[Event], *, share: float, seed: int) -> tuple[pd.DataFrame, DataFrame[User]]:
    """Add robots and repeats to a log; give it with the robots' names.

    At least a third of the robots' traces each is left by sweepers, who fetch 1,000 items, about one a second; by
    crawlers, who fetch 500, at random moments five minutes apart on average, day and night; and by clocks, who touch 20
    items by turns, 200 times, every 45 seconds to the second. They end in the last tenth of the log, and leave the
    kinds of trace that people do.
    """
    rng = np.random.default_rng(seed)
    parts, names = [], []
    items = np.sort(events["item_id"].unique())
    begin, end = events["at"].quantile(0.9), events["at"].max()
    for kind, size in (("sweeper", SWEEP), ("crawler", CRAWL), ("clock", CLOCK)):
        for number in range(math.ceil(share * len(events) / 3 / size)):
            gaps = {
                "sweeper": rng.uniform(0.4, 1.6, size),
                "crawler": rng.exponential(300, size),
                "clock": np.full(size, 45.0),
            }[kind]
            wanted = rng.choice(items, min(20 if kind == "clock" else size, len(items)), replace=False)
            start = begin + rng.random() * (end - begin)
            at = start - timedelta(seconds=float(gaps.sum())) + pd.to_timedelta(gaps.cumsum(), unit="s").round("us")
            names.append(f"{kind} {number}")
            of = rng.choice(events["kind"].to_numpy(), size)
            parts.append(pd.DataFrame({"user_id": names[-1], "item_id": np.resize(wanted, size), "kind": of, "at": at}))
    again = events.sample(frac=share, random_state=seed)
    again = again.assign(at=again["at"] + pd.to_timedelta(rng.integers(1, 31, len(again)), unit="s"))
    log = pd.concat([events, again, *(part.assign(value=np.nan) for part in parts)], ignore_index=True)
    return log, User.validate(pd.DataFrame({"user_id": sorted(names)}))


def lists_of(backtest: Backtest, folder: Path, as_of: Any, **cleaning: Any) -> Lists:  # noqa: ANN401 (parameters)
    """Set the pipeline of the backtest up over the files of a folder."""
    shared = {name for name, _ in Ranked.get_params()} & {name for name, _ in Backtest.get_params()}
    knobs = {name: getattr(backtest, name) for name in shared}
    files: dict[str, Any] = {name: [{"path": str(folder / f"{name}.parquet")}] for name in TABLES}
    files["judged"] = [{"path": str(folder.parent / "later/events.parquet")}]
    none = {"tag_names": (), "user_aliases": (), "item_aliases": ()}
    return Lists(**{**knobs, **files, **none, "as_of": as_of, **cleaning})


def write(tables: dict[str, pd.DataFrame], folder: Path) -> Path:
    """Write the tables of a log."""
    folder.mkdir(parents=True)
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
    return folder


def build(task: Table[Any]) -> Any:  # noqa: ANN401 (a product)
    """Make a product."""
    return gokart.build(task, reset_register=False)


def measure(backtest: Backtest, folder: Path, *, share: float, seed: int) -> pd.DataFrame:
    """Recommend from the clean and the noisy log, and judge the lists of real people."""
    _, window = next(backtest.judged_windows())
    history = {name: build(getattr(window.log, name)) for name in TABLES}
    truth = build(backtest.labels(window.later, window.until))
    noise, robots = plant(history["events"], share=share, seed=seed)
    print(f"{len(history['events']):,} traces, {len(noise) - len(history['events']):,} planted by {len(robots)} robots")
    write({"events": build(window.later)}, folder / "later")
    made, noisy = write(history, folder / "clean"), write({**history, "events": noise}, folder / "noisy")
    runs = {
        CLEAN: lists_of(backtest, made, window.as_of),
        CLEANED: lists_of(backtest, noisy, window.as_of, **CLEANING),
        NOISY: lists_of(backtest, noisy, window.as_of),
    }
    qualities, world = [], {}
    for name, pipeline in runs.items():
        began = time.process_time()
        lists = build(pipeline)
        world = world or {part: pipeline.products[part].output().load() for part in ("interactions", "catalogue")}
        trial = Trial(lists, truth, world["interactions"], world["catalogue"])
        kinds: dict[str, Any] = {"relevant": backtest.relevant, "cold_below": backtest.cold_below}
        qualities.append(judge_users(trial, source=name, cut="", ks=[10], **kinds))
        print(f"{name}: {time.process_time() - began:.0f} s")
    found = set(build(runs[CLEANED].find(Robots))["user_id"])
    planted = set(robots["user_id"])
    print(f"robots found: {len(found & planted)} of {len(planted)}; people taken for robots: {len(found - planted)}")
    rest = [build(lists_of(backtest, part, window.as_of, **CLEANING).log().events) for part in (made, noisy)]
    print(f"{'the same' if rest[0].equals(rest[1]) else 'not the same'} traces are left of either log by cleaning")
    knobs: dict[str, Any] = {"resamples": 1000, "seed": seed}
    return pd.concat([pool_users(qualities, **knobs), compare(qualities, baselines=[CLEAN], **knobs)])


def show(metrics: pd.DataFrame) -> None:
    """Print the table."""
    here = metrics[(metrics["metric"] == "ndcg") & (metrics["slice"] == "all")]
    means, differences = here[here["baseline"].isna()].set_index("source"), here[here["baseline"].notna()]
    print("| log | nDCG@10 | fall |\n|---|---|---|")
    for name in (CLEAN, CLEANED, NOISY):
        fall = differences[differences["source"] == name]
        cell = _interval(fall.iloc[0], "+") if len(fall) else ""
        print(f"| {name} | {_interval(means.loc[name], '')} | {cell} |")


def _interval(row: pd.Series, sign: str) -> str:
    return f"{row['value']:{sign}.4f} [{row['low']:{sign}.4f}, {row['high']:{sign}.4f}]"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure on the log of a conf file that has a section of Backtest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conf", default="examples/movielens/movielens.ini")
    parser.add_argument("--set", default="{}", help="parameters of Backtest as JSON")
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workspace", default="", help="a temporary one if left out")
    given = parser.parse_args(arguments)
    conf.load([Path(given.conf)])
    luigi.configuration.get_config().set("core", "no_configure_logging", "true")
    with tempfile.TemporaryDirectory() as temporary:
        conf.set_workspace(given.workspace or Path(temporary) / "workspace")
        show(measure(Backtest(**json.loads(given.set)), Path(temporary), share=given.share, seed=given.seed))


if __name__ == "__main__":
    main()
