"""Examination of positions, and click rates under a learning policy next to those under chance, on Open Bandit Data."""

import argparse
import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.recommendation.examination import position_bias
from slipstream.tasks.recommendation.propensity import selection_weights
from slipstream.tasks.tables import Impression

Values = npt.NDArray[np.float64]
PEOPLE = [f"user_feature_{number}" for number in range(4)]
DRAWS = 1000
SEED = 0
MAX_WEIGHT = 10.0


def read(folder: Path, policy: str, campaign: str) -> DataFrame[Impression]:
    """Read the log of a policy; people have no ids there, those of the same features count as one."""
    log = pd.read_csv(folder / policy / campaign / f"{campaign}.csv", dtype={"item_id": str})
    people = log[PEOPLE].astype(str).agg(" ".join, axis=1)
    names = {"propensity_score": "propensity", "click": "clicked", "timestamp": "at"}
    shown = log.rename(columns=names).assign(user_id=people, policy=policy, at=lambda one: pd.to_datetime(one["at"]))
    columns = ["user_id", "item_id", "position", "policy", "propensity", "clicked", "at"]
    return Impression.validate(shown[columns].astype({"clicked": bool}))


def rates(weights: Values, clicks: Values, group: npt.NDArray[np.int64], size: int) -> Values:
    """Compute the weighted click rate of each group in each draw, shape (draws, size); 0 where nothing was shown."""
    shown = np.stack([np.bincount(group, one, size) for one in weights])
    hits = np.stack([np.bincount(group, one * clicks, size) for one in weights])
    return np.asarray(hits / np.where(shown > 0, shown, 1))


def drawn(log: DataFrame[Impression], rng: np.random.Generator) -> Values:
    """Draw impressions with replacement, as counts of shape (1 + DRAWS, impressions); the first row is the log."""
    counts = rng.multinomial(len(log), np.full(len(log), 1 / len(log)), DRAWS)
    return np.vstack([np.ones(len(log)), counts])


def spread(name: str, values: Values) -> None:
    """Print the value of the log and the 95 % interval of its draws."""
    low, high = np.quantile(values[1:], [0.025, 0.975])
    print(f"  {name:<58} {values[0]:9.5f} [{low:.5f}, {high:.5f}]")


def compare(chance: DataFrame[Impression], learnt: DataFrame[Impression]) -> None:
    """Print how far click rates under the policy that learns are from those under chance, plain and weighted."""
    rng = np.random.default_rng(SEED)
    items = sorted(set(chance["item_id"]) | set(learnt["item_id"]))
    everything: dict[str, Values] = {}
    by_item: dict[str, Values] = {}
    once = np.ones(len(learnt))
    for name, log, weight in (
        ("chance", chance, np.ones(len(chance))),
        ("learnt", learnt, np.stack([once, selection_weights(learnt, max_weight=MAX_WEIGHT)])),
    ):
        draws, clicks = drawn(log, rng), log["clicked"].to_numpy(np.float64)
        item = pd.Index(items).get_indexer(log["item_id"])
        for kind, one in zip(("", ", weighted"), np.atleast_2d(weight), strict=False):
            everything[name + kind] = rates(draws * one, clicks, np.zeros_like(item), 1)[:, 0]
            by_item[name + kind] = rates(draws * one, clicks, item, len(items))
    for name, value in everything.items():
        spread(f"click rate, {name}", value)
    far, near = (abs(everything[name] - everything["chance"]) for name in ("learnt", "learnt, weighted"))
    spread("distance from chance: plain less weighted", far - near)
    far, near = (np.abs(by_item[name] - by_item["chance"]).mean(axis=1) for name in ("learnt", "learnt, weighted"))
    spread("mean distance of an item's rate from chance, plain", far)
    spread("mean distance of an item's rate from chance, weighted", near)
    spread("plain less weighted", far - near)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=os.environ.get("OBD"), help="by default ${OBD}")
    parser.add_argument("--campaigns", nargs="+", default=["men", "women"])
    given = parser.parse_args()
    for campaign in given.campaigns:
        logs = {policy: read(given.folder, policy, campaign) for policy in ("random", "bts")}
        for policy, log in logs.items():
            print(f"{campaign}, {policy}: {len(log)} impressions, {log['clicked'].sum()} clicks")
            print(position_bias(log, max_weight=MAX_WEIGHT).round(3).to_string(index=False))
        compare(logs["random"], logs["bts"])


if __name__ == "__main__":
    main()
